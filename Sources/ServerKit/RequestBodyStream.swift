import Contract
package import NIOCore
import NIOHTTP1
import Synchronization

/// The body of a request as it arrives; can be read once.
package struct RequestBodyStream: AsyncSequence, Sendable {
  package typealias Element = ByteBuffer
  package typealias Failure = any Error

  let parts: RequestParts
  /// By the request's head.
  let mayHaveContent: Bool
  /// In bytes, where the client said so.
  package let contentLength: Int?

  package func makeAsyncIterator() -> Iterator { Iterator(stream: self) }

  package struct Iterator: AsyncIteratorProtocol {
    let stream: RequestBodyStream

    package func next() async throws -> ByteBuffer? {
      try await stream.parts.nextBodyPart()
    }
  }

  /// The whole body; throws the 413 ``Problem`` as soon as it is known to be over `limitBytes`, without reading on.
  package func collect(upTo limitBytes: Int) async throws -> ByteBuffer {
    guard mayHaveContent else { return ByteBuffer() }
    if let contentLength, contentLength > limitBytes { throw Problem.tooLarge(limitBytes: limitBytes) }
    guard var whole = try await parts.nextBodyPart() else { return ByteBuffer() }
    guard whole.readableBytes <= limitBytes else { throw Problem.tooLarge(limitBytes: limitBytes) }
    while var part = try await parts.nextBodyPart() {
      guard whole.readableBytes + part.readableBytes <= limitBytes else {
        throw Problem.tooLarge(limitBytes: limitBytes)
      }
      whole.writeBuffer(&part)
    }
    return whole
  }
}

/// The parts of the requests of one connection, in order.
///
/// `@unchecked Sendable`: NIO's iterator may not be shared, and is not. The connection's task hands it to one
/// handler at a time and takes it up again after the handler has ended; a handler that leaves its body in the hands
/// of several tasks at once breaks its own request alone (NIO stops the process on concurrent `next`).
final class RequestParts: @unchecked Sendable {
  typealias Inbound = NIOAsyncChannelInboundStream<HTTPServerRequestPart>

  private var iterator: Inbound.AsyncIterator
  /// Whether the end of the present request has been read.
  private(set) var isAtEnd = true
  /// Asked for by the client and not yet sent: the interim answer that lets the body come.
  var sendContinue: (@Sendable () async throws -> Void)?

  init(_ iterator: Inbound.AsyncIterator) {
    self.iterator = iterator
  }

  /// The next request's head; nil when the client has closed.
  func nextHead() async throws -> HTTPRequestHead? {
    while let part = try await iterator.next() {
      if case .head(let head) = part {
        isAtEnd = false
        return head
      }
    }
    return nil
  }

  func nextBodyPart() async throws -> ByteBuffer? {
    guard !isAtEnd else { return nil }
    if let sendContinue {
      self.sendContinue = nil
      try await sendContinue()
    }
    switch try await iterator.next() {
    case .body(let buffer): return buffer
    case .end:
      isAtEnd = true
      return nil
    case .head, nil:
      isAtEnd = true
      throw BodyError.cutShort
    }
  }

  /// Reads on to the end of the request, at most `limitBytes`; says whether the end was reached.
  func discardRest(upTo limitBytes: Int) async throws -> Bool {
    if sendContinue != nil { return isAtEnd }
    var left = limitBytes
    while left >= 0, let part = try await nextBodyPart() { left -= part.readableBytes }
    return isAtEnd
  }
}

/// Why a body did not arrive whole.
enum BodyError: Error, ProblemConvertible {
  case cutShort
  case tooSlow

  var problem: Problem {
    switch self {
    case .cutShort: .badRequest("The connection ended before the body did.")
    case .tooSlow:
      Problem("request-timeout", status: 408, title: "The request came too slowly", detail: "Send it again, faster.")
    }
  }
}
