import Dispatch
import Foundation
import Glibc
import NIOCore
import SecurityKit
import Synchronization

/// A film on its way to the disk: written piece by piece under a random name, hashed as it comes.
///
/// Writes and the final fsync run on a queue of their own, never on Swift's pool, and each piece is awaited before
/// the next is asked for: memory stays constant and the sender feels a slow disk.
final class UploadFile: Sendable {
  private struct Progress {
    var bytes = 0
    var hash = SHA256()
  }

  let name: String
  private let path: String
  private let descriptor: Int32
  private let progress = Mutex(Progress())
  private let queue = DispatchQueue(label: "matinee.upload")

  /// Throws ``EncodingError/noSpace`` where the disk is full.
  init(in folder: String) throws {
    name = "\(UUID().uuidString.lowercased()).film"
    path = "\(folder)/\(name)"
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.fault() }
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
          written += count
        }
        progress.withLock {
          $0.bytes += bytes.count
          $0.hash.update(bytes)
        }
      }
    }
  }

  /// Onto the disk, with its name; answers the SHA-256 in hexadecimal.
  func finish(in folder: String) async throws -> String {
    try await onQueue { [self] in
      guard fsync(descriptor) == 0 else { throw Self.fault() }
      let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard directory >= 0 else { throw Self.fault() }
      defer { close(directory) }
      guard fsync(directory) == 0 else { throw Self.fault() }
      return progress.withLock { $0.hash.finishAsText() }
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

  /// Bytes that an ordinary user may still write to the disk of `folder`.
  static func freeBytes(of folder: String) -> Int {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return 0 }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }
}

/// The uploads' disk refused for another reason than space.
struct FileFault: Error {
  var code: Int32
}
