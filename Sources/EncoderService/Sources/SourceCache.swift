import ClientKit
import Contract
import EncodingAPI
import Foundation
import Glibc
import SecurityKit

/// Where an encoder finds the films it works on: the very file where it can see it, and otherwise a copy that it gets
/// from encoding over HTTP, kept in a folder of its own while it is used and some time longer.
struct SourceCache: Sendable {
  let encoding: any StreamingTransport
  let folder: String
  /// Of all copies together.
  let limitBytes: Int
  /// Left to others on the disk.
  let reserveBytes: Int
  /// A copy nobody has used for so long goes.
  let keepSeconds: Double
  let clock: WallClock

  static let lookAgain: Duration = .milliseconds(200)

  /// - Parameter file: one of the lease's ``TaskWork/sources``.
  /// - Throws: ``EncodingFault``.
  func local(_ file: SourceFile, for lease: TaskLease) async throws -> LocalSource {
    if Self.isHere(file) { return LocalSource(path: file.path) }
    let path = "\(folder)/\(Self.name(of: file))"
    while true {
      if let descriptor = SharedFile.openForUse(path) { return LocalSource(path: path, descriptor: descriptor) }
      if let part = SharedFile.openAlone("\(path).part", creating: true) {
        // It may have become whole between the two looks.
        if access(path, F_OK) != 0 {
          return try await SourceDownload(file: file, lease: lease, cache: self, path: path, descriptor: part).run()
        }
        unlink("\(path).part")
        close(part)
      }
      // Another encoder of this machine is at it.
      try await Task.sleep(for: Self.lookAgain)
    }
  }

  /// Whether the file of that path is, here, the one that is meant. An upload's name is random, so that its length is
  /// enough; of a file named by an operator the whole fingerprint must agree.
  static func isHere(_ file: SourceFile) -> Bool {
    var status = stat()
    guard lstat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, access(file.path, R_OK) == 0 else {
      return false
    }
    if file.isHashed { return file.bytes == nil || file.bytes == Int(status.st_size) }
    let seen =
      "\(status.st_dev)-\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    return seen == file.fingerprint
  }

  private static func name(of file: SourceFile) -> String {
    var hash = SHA256()
    hash.update(Array(file.fingerprint.utf8))
    return "\(hash.finishAsText().prefix(40)).source"
  }

  // MARK: - Room

  /// Removes what nobody uses: what is old, and then, oldest first, as much as it takes for `bytes` more.
  func makeRoom(for bytes: Int = 0) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let files = names.compactMap { name -> (path: String, bytes: Int, used: Double)? in
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0 else { return nil }
      return ("\(folder)/\(name)", Int(status.st_size), Double(status.st_mtim.tv_sec))
    }.sorted { $0.used < $1.used }
    let now = Double(clock.now().milliseconds) / 1000
    var total = files.reduce(0) { $0 + $1.bytes }
    for file in files where file.used + keepSeconds < now || total + bytes > limitBytes {
      guard let descriptor = SharedFile.openAlone(file.path, creating: false) else { continue }
      unlink(file.path)
      close(descriptor)
      total -= file.bytes
    }
  }

  /// Throws where `bytes` more would be too much, here or on the disk.
  func requireRoom(for bytes: Int) throws(EncodingFault) {
    makeRoom(for: bytes)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let held = names.reduce(0) { $0 + (TextFile.size("\(folder)/\($1)") ?? 0) }
    guard held + bytes <= limitBytes else {
      throw .transient("The film does not fit the encoder's cache of \(limitBytes) bytes beside those in use.")
    }
    var status = statvfs()
    guard statvfs(folder, &status) == 0, Int(status.f_bavail) * Int(status.f_frsize) - reserveBytes >= bytes else {
      throw .transient("No space is left on the encoder's disk for a copy of the film.")
    }
  }
}
