import Foundation
import Glibc
import SecurityKit

/// One file of an output or an asset, by what is in it.
struct StoredFile: Codable, Sendable, Hashable {
  /// Relative to the folder.
  var name: String
  var bytes: Int
  /// BLAKE2b, 64 hexadecimal digits.
  var hash: String

  /// Throws ``FileFault`` where it cannot be read to its end.
  init(_ name: String, in folder: String) throws {
    self.name = name
    (bytes, hash) = try Self.digest("\(folder)/\(name)")
  }

  /// Whether the file is still what it was: its length first, which costs nothing.
  func isIntact(in folder: String) -> Bool {
    guard TextFile.size("\(folder)/\(name)") == bytes else { return false }
    return (try? Self.digest("\(folder)/\(name)"))?.hash == hash
  }

  private static let pieceBytes = 256 * 1024

  private static func digest(_ path: String) throws -> (bytes: Int, hash: String) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault("open", path) }
    defer { close(descriptor) }
    var hash = BLAKE2b()
    var total = 0
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 64)
    defer { piece.deallocate() }
    while true {
      let count = read(descriptor, piece.baseAddress, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFault("read", path) }
      guard count > 0 else { return (total, hash.finishAsText()) }
      hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      total += count
    }
  }
}

/// The files of an output: with it among them the output is whole, without it there is none.
struct FileList: Codable, Sendable, Hashable {
  /// Begins with a dot, so delivery never serves it.
  static let fileName = ".files.json"

  var files: [StoredFile]

  init(files: [StoredFile]) {
    self.files = files
  }

  /// Of every file below `folder`, in order of their names.
  init(of folder: String) throws {
    files = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      .filter { $0 != Self.fileName && TextFile.size("\(folder)/\($0)") != nil }
      .map { try StoredFile($0, in: folder) }
  }

  /// The first file that is not what it was; nil where all are.
  func damage(in folder: String) -> String? {
    files.first { !$0.isIntact(in: folder) }?.name
  }
}
