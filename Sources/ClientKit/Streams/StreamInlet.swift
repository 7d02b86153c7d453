import NIOCore
import Synchronization

/// What a stream has received and its reader has not yet taken: bounded, filled by the loop's thread.
final class StreamInlet: Sendable {
  struct Piece {
    let bytes: ByteBuffer
    /// The loop is to be told to go on.
    let hasMadeRoom: Bool
  }

  enum Reading {
    case piece(Piece)
    case end
    case nothingYet
  }

  private struct State {
    var full = CircularBuffer<ByteBuffer>()
    /// The piece being filled.
    var tail = ByteBuffer()
    var bufferedBytes = 0
    var receivedBytes = 0
    /// The loop has been told to wait until there is room.
    var isPaused = false
    var end: Result<Void, any Error>?
    var reader: CheckedContinuation<ByteBuffer?, any Error>?

    /// The next piece, and whether taking it has made the room the loop waits for.
    mutating func take(limitBytes: Int) -> Piece? {
      guard let bytes = full.popFirst() ?? (tail.readableBytes > 0 ? exchangeTail(for: ByteBuffer()) : nil) else {
        return nil
      }
      bufferedBytes -= bytes.readableBytes
      let hasMadeRoom = isPaused && bufferedBytes <= limitBytes / 2
      if hasMadeRoom { isPaused = false }
      return Piece(bytes: bytes, hasMadeRoom: hasMadeRoom)
    }

    mutating func exchangeTail(for new: ByteBuffer) -> ByteBuffer {
      defer { tail = new }
      return tail
    }
  }

  /// Pieces grow to this once a stream has shown that it is long, in bytes.
  private static let pieceBytes = 128 * 1024
  private static let firstPieceBytes = 16 * 1024

  private let limitBytes: Int
  private let state = Mutex(State())

  init(limitBytes: Int) {
    self.limitBytes = limitBytes
  }

  // MARK: - The loop's side

  /// False where the buffer is full: the bytes are not taken, and come again after the reader has made room.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    state.withLock { state in
      guard state.bufferedBytes < limitBytes else {
        state.isPaused = true
        return false
      }
      if state.tail.writableBytes < bytes.count {
        let size = state.receivedBytes < 4 * Self.firstPieceBytes ? Self.firstPieceBytes : Self.pieceBytes
        let new = ByteBufferAllocator().buffer(capacity: max(size, bytes.count))
        let old = state.exchangeTail(for: new)
        if old.readableBytes > 0 { state.full.append(old) }
      }
      state.tail.writeBytes(bytes)
      state.bufferedBytes += bytes.count
      state.receivedBytes += bytes.count
      return true
    }
  }

  /// Hands what has come to a reader who waits for it; true where that has made the room the loop waits for.
  func flush() -> Bool {
    let (reader, piece) = state.withLock { state -> (CheckedContinuation<ByteBuffer?, any Error>?, Piece?) in
      guard let reader = state.reader, let piece = state.take(limitBytes: limitBytes) else { return (nil, nil) }
      state.reader = nil
      return (reader, piece)
    }
    reader?.resume(returning: piece?.bytes)
    return piece?.hasMadeRoom ?? false
  }

  /// No more will come. What is there is read first, then `result` heard.
  func finish(_ result: Result<Void, any Error>) {
    _ = flush()
    let reader = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
      guard state.end == nil else { return nil }
      state.end = state.reader == nil ? result : .success(())
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(with: result.map { nil })
  }

  /// Whether no more will come.
  var hasEnded: Bool { state.withLock { $0.end != nil } }

  // MARK: - The reader's side

  /// The next piece if there is one; throws the stream's failure, once.
  func takeNow() throws -> Reading {
    try state.withLock { state in
      if let piece = state.take(limitBytes: limitBytes) { return .piece(piece) }
      guard let end = state.end else { return .nothingYet }
      state.end = .success(())
      try end.get()
      return .end
    }
  }

  /// Resumes `reader` with the next piece, now or when it comes; true where that has made the room the loop waits for.
  func await(_ reader: CheckedContinuation<ByteBuffer?, any Error>) -> Bool {
    let (outcome, hasMadeRoom) = state.withLock { state -> (Result<ByteBuffer?, any Error>?, Bool) in
      if let piece = state.take(limitBytes: limitBytes) { return (.success(piece.bytes), piece.hasMadeRoom) }
      if let end = state.end {
        state.end = .success(())
        return (end.map { nil }, false)
      }
      guard state.reader == nil else { return (.failure(SecondReader()), false) }
      state.reader = reader
      return (nil, false)
    }
    if let outcome { reader.resume(with: outcome) }
    return hasMadeRoom
  }

  /// The reader wants no more.
  func abandon(_ error: any Error) {
    let reader = state.withLock { state -> CheckedContinuation<ByteBuffer?, any Error>? in
      state.full.removeAll()
      state.tail = ByteBuffer()
      state.bufferedBytes = 0
      defer { state.reader = nil }
      state.end = state.reader == nil ? .failure(error) : .success(())
      return state.reader
    }
    reader?.resume(throwing: error)
  }
}

/// A stream has one reader; a second one asked for a piece at the same time.
struct SecondReader: Error {}
