import Dispatch
import EncodingAPI
import Glibc
import NIOCore

/// A source open for reading, found to be what the job was made of.
final class OpenSource: Sendable {
  let bytes: Int
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "matinee.source")

  /// Throws ``EncodingError/sourceGone(_:)``.
  init(_ file: SourceFile) throws {
    descriptor = open(file.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw EncodingError.sourceGone("The film file is no longer there.") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, Self.isSame(file, status) else {
      close(descriptor)
      throw EncodingError.sourceGone("The film file is not the one that the job was made for; make another job.")
    }
    bytes = Int(status.st_size)
  }

  deinit { close(descriptor) }

  private static func isSame(_ file: SourceFile, _ status: stat) -> Bool {
    file.isHashed
      ? file.bytes.map { $0 == Int(status.st_size) } ?? true : SourcePath.fingerprint(status) == file.fingerprint
  }

  /// Up to `count` bytes; none at the end. On a queue of its own, since a disk may let one wait.
  func read(at offset: Int, upTo count: Int) async throws -> ByteBuffer {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { [self] in continuation.resume(with: Result { try readNow(at: offset, upTo: count) }) }
    }
  }

  private func readNow(at offset: Int, upTo count: Int) throws -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: count)
    var fault: Int32 = 0
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
      while true {
        let got = pread(descriptor, target.baseAddress, min(count, target.count), off_t(offset))
        if got >= 0 { return got }
        guard errno == EINTR else {
          fault = errno
          return 0
        }
      }
    }
    guard fault == 0 else { throw FileFault(code: fault) }
    return buffer
  }
}

/// The bytes of a source from `first` on, a piece for each time there is room for one.
struct SourceBytes: AsyncSequence, Sendable {
  typealias Element = ByteBuffer

  static let pieceBytes = 256 * 1024
  let source: OpenSource
  let first: Int

  func makeAsyncIterator() -> Iterator { Iterator(source: source, offset: first) }

  struct Iterator: AsyncIteratorProtocol {
    let source: OpenSource
    var offset: Int

    mutating func next() async throws -> ByteBuffer? {
      let piece = try await source.read(at: offset, upTo: Swift.min(SourceBytes.pieceBytes, source.bytes - offset))
      offset += piece.readableBytes
      return piece.readableBytes > 0 ? piece : nil
    }
  }
}
