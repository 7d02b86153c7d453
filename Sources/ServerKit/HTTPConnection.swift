import Contract
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// One HTTP/1.1 connection under Hummingbird's server: NIO's own parts, without the conversion to and from other
/// types that the stock channel makes for each request.
struct HTTPConnection: ServerChildChannel {
  typealias Value = NIOAsyncChannel<HTTPServerRequestPart, AnswerPart>

  let limits: ConnectionLimits
  let responder: Responder

  /// Longest request line and header together, in bytes.
  private static let headLimitBytes = 32 * 1024
  /// Most header lines.
  private static let fieldLimit = 100
  /// Read and thrown away of a body nobody wanted, so that its connection can be used again, in bytes.
  private static let discardLimitBytes = 256 * 1024

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let connection = ConnectionGuard(limits: limits)
      try pipeline.addHandler(ByteWatch(connection))
      var decoderLimits = NIOHTTPDecoderLimitConfiguration()
      decoderLimits.maxHeaderFieldSize = Self.headLimitBytes
      decoderLimits.maxHeaderListSize = Self.headLimitBytes
      decoderLimits.maxHeaderFieldCount = Self.fieldLimit
      try pipeline.configureHTTPServerPipeline(
        withPipeliningAssistance: false, withErrorHandling: false, withOutboundHeaderValidation: false,
        withEncoderConfiguration: .init(), withDecoderLimitConfiguration: decoderLimits)
      try pipeline.addHandler(connection)
      return try NIOAsyncChannel(
        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }
  }

  func handle(value: Value, logger: Logger) async {
    let channel = value.channel
    let remoteAddress = channel.remoteAddress?.ipAddress
    do {
      try await withTaskCancellationHandler {
        try await value.executeThenClose { inbound, outbound in
          let parts = RequestParts(inbound.makeAsyncIterator())
          do {
            while let head = try await parts.nextHead() {
              guard try await responder.respond(to: head, parts, outbound, from: remoteAddress) else { break }
              guard try await parts.discardRest(upTo: Self.discardLimitBytes) else { break }
            }
          } catch is ResponseCutShort {
            return  // the client must see that the answer is not whole
          } catch  where !(error is BodyError) {
            // A head that cannot be parsed; where the connection itself failed, nobody hears this.
            try await outbound.write(Self.unreadable)
          }
          outbound.finish()
          try await channel.closeFuture.get()
        }
      } onCancel: {
        channel.close(mode: .input, promise: nil)
      }
    } catch {
      logger.trace("connection ended", metadata: ["error": "\(error)"])
    }
  }

  private static let unreadable: AnswerPart = {
    let body = Answer.problem(.badRequest("The request is not HTTP as this server reads it."))
    var headers = HTTPHeaders(body.headers.map { ($0.name, $0.value) })
    headers.add(name: "connection", value: "close")
    guard case .bytes(let bytes) = body.body else { return .end(closes: true) }
    headers.add(name: "content-length", value: "\(bytes.readableBytes)")
    return .whole(HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers), bytes, closes: true)
  }()
}

/// An answer that had begun could not be finished.
struct ResponseCutShort: Error {}
