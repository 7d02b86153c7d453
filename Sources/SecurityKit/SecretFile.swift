import Contract
import Foundation

/// Secrets kept as files: exactly so many random bytes, readable by their owner alone.
package enum SecretFile {
  /// The secret at `path`, which is made there first if there is none. However many processes start at once, they
  /// all return the same bytes: each writes its own complete file aside and links it to the name, and the first
  /// link wins. Throws ``SecretFileError`` where what is there is not such a file.
  package static func loadOrCreate(_ path: String, count: Int) throws -> [UInt8] {
    var status = stat()
    if lstat(path, &status) != 0 {
      guard errno == ENOENT else { throw SecretFileError.unreadable(path: path, code: errno) }
      try create(path, bytes: Sodium.randomBytes(count))
    }
    return try load(path, count: count)
  }

  /// The folder's secrets named `<prefix>-<number>.key`, oldest first; the first is made if there are none. To
  /// rotate, an operator adds the next number: the last seals, all of them verify.
  package static func loadOrCreateSeries(
    _ folder: String, prefix: String, count: Int
  ) throws -> [(number: Int, bytes: [UInt8])] {
    var numbers: [Int] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      guard name.hasPrefix("\(prefix)-"), name.hasSuffix(".key") else { continue }
      guard let number = Int(name.dropFirst(prefix.count + 1).dropLast(4)), number > 0,
        name == "\(prefix)-\(number).key"
      else { throw SecretFileError.misnamed(path: "\(folder)/\(name)") }
      numbers.append(number)
    }
    if numbers.isEmpty { numbers = [1] }
    return try numbers.sorted().map { number in
      (number, try loadOrCreate("\(folder)/\(prefix)-\(number).key", count: count))
    }
  }

  /// Makes `path` a folder only its owner can enter; one that is there stays as it is.
  package static func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw SecretFileError.unwritable(path: path, code: errno)
    }
  }

  /// Deletes the secret at `path`; one that is not there is no fault.
  package static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw SecretFileError.unwritable(path: path, code: errno) }
    syncFolder(of: path)
  }

  private static func create(_ path: String, bytes: [UInt8]) throws {
    let draft = "\(path).\(Base64URL.encode(Sodium.randomBytes(9))).draft"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SecretFileError.unwritable(path: path, code: errno) }
    defer { unlink(draft) }
    let isWritten = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
    let code = errno
    close(descriptor)
    guard isWritten else { throw SecretFileError.unwritable(path: path, code: code) }
    guard link(draft, path) == 0 || errno == EEXIST else {
      throw SecretFileError.unwritable(path: path, code: errno)
    }
    syncFolder(of: path)
  }

  /// So that the name outlives a power cut; a file system that cannot do it has no better to offer.
  private static func syncFolder(of path: String) {
    let descriptor = open(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func load(_ path: String, count: Int) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw SecretFileError.unreadable(path: path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SecretFileError.unreadable(path: path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) == count else {
      throw SecretFileError.wrongSize(path: path, expectedBytes: count)
    }
    guard status.st_mode & 0o077 == 0 else { throw SecretFileError.open(path: path) }
    var bytes = [UInt8](repeating: 0, count: count)
    guard read(descriptor, &bytes, count) == count else {
      throw SecretFileError.unreadable(path: path, code: errno)
    }
    return bytes
  }
}

/// Why a secret cannot be used; its text is for the operator.
package enum SecretFileError: Error, Sendable, CustomStringConvertible {
  case unreadable(path: String, code: Int32)
  case unwritable(path: String, code: Int32)
  case wrongSize(path: String, expectedBytes: Int)
  case misnamed(path: String)
  /// Others than its owner may read it.
  case open(path: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let code): "\(path) cannot be read (errno \(code))"
    case .unwritable(let path, let code): "\(path) cannot be made (errno \(code))"
    case .wrongSize(let path, let bytes): "\(path) is not a secret of \(bytes) bytes"
    case .misnamed(let path): "\(path) is not named like a key, <name>-<number>.key"
    case .open(let path): "\(path) may be read by others than its owner: chmod 600 it, or replace it"
    }
  }
}
