import Contract
import NIOCore

/// The body of a streamed answer. The last copy to go aborts the transfer, if it is still under way.
struct StreamBody: AsyncSequence, Sendable {
  typealias Element = ByteBuffer
  typealias Failure = any Error

  let handle: StreamHandle

  func makeAsyncIterator() -> Iterator { Iterator(handle: handle) }

  struct Iterator: AsyncIteratorProtocol {
    let handle: StreamHandle

    mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
      try Task.checkCancellation()
      switch try handle.transfer.inlet.takeNow() {
      case .piece(let piece):
        if piece.hasMadeRoom { handle.goOn() }
        return piece.bytes
      case .end: return nil
      case .nothingYet: return try await handle.nextPiece(isolation: actor)
      }
    }

    mutating func next() async throws -> ByteBuffer? {
      try await next(isolation: nil)
    }
  }
}

/// Keeps a streamed transfer, and the loop it runs on, alive.
final class StreamHandle: Sendable {
  private let loop: CurlLoop
  let transfer: StreamTransfer

  init(loop: CurlLoop, transfer: StreamTransfer) {
    self.loop = loop
    self.transfer = transfer
  }

  deinit {
    if !transfer.inlet.hasEnded { end() }
  }

  private func end() {
    loop.streams.hand(.end(transfer, CancellationError()))
  }

  /// There is room for more.
  func goOn() {
    loop.streams.hand(.resumeReceiving(transfer))
  }

  func nextPiece(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { reader in
        if transfer.inlet.await(reader) { goOn() }
      }
    } onCancel: {
      transfer.inlet.abandon(CancellationError())
      end()
    }
  }
}
