import Dispatch
import Foundation
import Glibc
import NIOCore
import SecurityKit
import Synchronization

/// A film on its way to the disk: written piece by piece under a random name, hashed as it comes.
///
/// Writes and the fsyncs run on a queue of their own, never on Swift's pool, and each piece is awaited before the next
/// is asked for: memory stays constant and the sender feels a slow disk.
final class UploadFile: Sendable {
  /// A point up to which the file is known: its length and the hash of that much.
  struct Mark: Sendable {
    var bytes = 0
    var hash = SHA256()
  }

  let name: String
  private let path: String
  private let descriptor: Int32
  private let progress: Mutex<Mark>
  private let queue = DispatchQueue(label: "matinee.upload")

  /// A new, empty file. Throws ``EncodingError/noSpace`` where the disk is full.
  init(in folder: String) throws {
    name = "\(UUID().uuidString.lowercased()).film"
    path = "\(folder)/\(name)"
    progress = Mutex(Mark())
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.fault() }
  }

  /// To go on from `mark`; what was written behind it, and never acknowledged, goes. Throws
  /// ``EncodingError/uploadLost`` where not even so much is there.
  init(resuming name: String, in folder: String, from mark: Mark) throws {
    self.name = name
    path = "\(folder)/\(name)"
    progress = Mutex(mark)
    descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw errno == ENOENT ? EncodingError.uploadLost : Self.fault() }
    var status = stat()
    guard fstat(descriptor, &status) == 0, Int(status.st_size) >= mark.bytes else { throw EncodingError.uploadLost }
    guard ftruncate(descriptor, off_t(mark.bytes)) == 0, lseek(descriptor, 0, SEEK_END) == off_t(mark.bytes) else {
      throw Self.fault()
    }
  }

  deinit { close(descriptor) }

  var bytes: Int { progress.withLock { $0.bytes } }

  func write(_ buffer: ByteBuffer) async throws {
    try await onQueue { [self] in
      try buffer.withUnsafeReadableBytes { bytes in
        var written = 0
        while written < bytes.count {
          let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
          if count < 0, errno == EINTR { continue }
          guard count > 0 else { throw Self.fault() }
          progress.withLock {
            $0.bytes += count
            $0.hash.update(UnsafeRawBufferPointer(rebasing: bytes[written..<written + count]))
          }
          written += count
        }
      }
    }
  }

  /// Everything written so far onto the disk.
  func settle() async throws -> Mark {
    try await onQueue { [self] in
      guard fsync(descriptor) == 0 else { throw Self.fault() }
      return progress.withLock { $0 }
    }
  }

  /// What was written behind `mark` goes.
  func goBack(to mark: Mark) async throws {
    try await onQueue { [self] in
      guard ftruncate(descriptor, off_t(mark.bytes)) == 0, lseek(descriptor, 0, SEEK_END) == off_t(mark.bytes) else {
        throw Self.fault()
      }
      progress.withLock { $0 = mark }
    }
  }

  /// The file's name onto the disk.
  func settleName(in folder: String) async throws {
    try await onQueue {
      let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard directory >= 0 else { throw Self.fault() }
      defer { close(directory) }
      guard fsync(directory) == 0 else { throw Self.fault() }
    }
  }

  func remove() { unlink(path) }

  private func onQueue<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try work() }) }
    }
  }

  private static func fault() -> any Error {
    let code = errno
    return code == ENOSPC || code == EDQUOT || code == EFBIG ? EncodingError.noSpace : FileFault(code: code)
  }
}

/// The uploads' disk refused for another reason than space.
struct FileFault: Error {
  var code: Int32
}
