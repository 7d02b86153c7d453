import NIOCore
import Synchronization

/// What an upload has given and the loop has not yet sent: bounded, drained by the loop's thread.
final class UploadFeed: Sendable {
  enum Reading {
    case bytes(Int)
    case end
    /// Nothing is there yet; ``push(_:)`` says when to ask again.
    case nothingYet
  }

  private struct State {
    var chunks = CircularBuffer<ByteBuffer>()
    var bufferedBytes = 0
    var givenBytes = 0
    var isFinished = false
    var isClosed = false
    /// The loop waits to be told of more.
    var isPaused = false
    var writer: CheckedContinuation<Void, any Error>?
    var pump: Task<Void, Never>?
  }

  let contentLength: Int?
  private let limitBytes: Int
  private let state = Mutex(State())

  init(contentLength: Int?, limitBytes: Int) {
    self.contentLength = contentLength
    self.limitBytes = limitBytes
  }

  // MARK: - The giver's side

  /// Adds a piece; `wake` is called where the loop waits for it. Returns when there is room for another.
  func push(_ chunk: ByteBuffer, wake: () -> Void) async throws {
    guard chunk.readableBytes > 0 else { return }
    let isFull = try add(chunk, wake: wake)
    if isFull {
      try await withCheckedThrowingContinuation { writer in
        let outcome = state.withLock { state -> Result<Void, any Error>? in
          if state.isClosed { return .failure(CancellationError()) }
          if state.bufferedBytes < limitBytes { return .success(()) }
          state.writer = writer
          return nil
        }
        if let outcome { writer.resume(with: outcome) }
      }
    }
  }

  private func add(_ chunk: ByteBuffer, wake: () -> Void) throws -> Bool {
    let (isFull, hasWaited) = try state.withLock { state in
      if state.isClosed { throw CancellationError() }
      state.givenBytes += chunk.readableBytes
      if let contentLength, state.givenBytes > contentLength {
        throw UploadLengthMismatch(declared: contentLength, given: state.givenBytes)
      }
      state.chunks.append(chunk)
      state.bufferedBytes += chunk.readableBytes
      defer { state.isPaused = false }
      return (state.bufferedBytes >= limitBytes, state.isPaused)
    }
    if hasWaited { wake() }
    return isFull
  }

  /// Everything was given.
  func finish(wake: () -> Void) throws {
    let hasWaited = try state.withLock { state in
      if let contentLength, state.givenBytes < contentLength {
        throw UploadLengthMismatch(declared: contentLength, given: state.givenBytes)
      }
      state.isFinished = true
      defer { state.isPaused = false }
      return state.isPaused
    }
    if hasWaited { wake() }
  }

  /// The task that gives; cancelled when the transfer ends before it.
  func setPump(_ pump: Task<Void, Never>) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.pump = pump }
      return state.isClosed
    }
    if isClosed { pump.cancel() }
  }

  // MARK: - The loop's side

  func read(into target: UnsafeMutableRawBufferPointer) -> Reading {
    let (reading, writer) = state.withLock { state -> (Reading, CheckedContinuation<Void, any Error>?) in
      var copied = 0
      while copied < target.count, var chunk = state.chunks.popFirst() {
        let count = min(chunk.readableBytes, target.count - copied)
        chunk.readWithUnsafeReadableBytes { bytes in
          UnsafeMutableRawBufferPointer(rebasing: target[copied...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
          return count
        }
        copied += count
        if chunk.readableBytes > 0 { state.chunks.prepend(chunk) }
      }
      guard copied > 0 else {
        if state.isFinished { return (.end, nil) }
        state.isPaused = true
        return (.nothingYet, nil)
      }
      state.bufferedBytes -= copied
      guard state.bufferedBytes <= limitBytes / 2 else { return (.bytes(copied), nil) }
      defer { state.writer = nil }
      return (.bytes(copied), state.writer)
    }
    writer?.resume()
    return reading
  }

  /// Nothing more will be sent.
  func close() {
    let (writer, pump) = state.withLock { state in
      state.isClosed = true
      state.chunks.removeAll()
      defer {
        state.writer = nil
        state.pump = nil
      }
      return (state.writer, state.pump)
    }
    writer?.resume(throwing: CancellationError())
    pump?.cancel()
  }
}
