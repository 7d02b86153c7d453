import CLinux
package import Contract
import Foundation

/// The folder of published assets, `$MATINEE_HOME/media`: read only, and never outside it.
package struct MediaStore: Sendable {
  private let root: String

  package init(home: String) {
    root = home + "/media"
  }

  /// Opens a file of an asset. Every part of the way is opened by itself, and none may be a symbolic link, so nothing
  /// outside the folder can be reached whatever lies in it. Throws ``DeliveryError/fileNotFound``, and
  /// ``MediaStoreError`` where the system fails.
  package func open(_ file: MediaFileName, of asset: AssetID) throws -> OpenMediaFile {
    // The root itself may be a link: where the store lies is the operator's choice.
    var folder = try Descriptor.open(at: AT_FDCWD, root, O_DIRECTORY)
    for part in [asset.description] + file.parts.dropLast() {
      folder = try Descriptor.open(at: folder.number, part, O_DIRECTORY | O_NOFOLLOW)
    }
    // A pipe would make opening wait; it is refused below.
    let opened = try Descriptor.open(at: folder.number, file.last, O_NOFOLLOW | O_NONBLOCK)
    return try OpenMediaFile(opened)
  }
}

package enum MediaStoreError: Error, Sendable, Equatable {
  case cannotOpen(code: Int32)
  case cannotRead(code: Int32)
  /// The file became shorter while it was sent.
  case endedEarly
}

/// A file of the media store, open for as long as anyone holds this.
package final class OpenMediaFile: Sendable {
  fileprivate let descriptor: Descriptor
  package let lengthBytes: Int
  package let tag: EntityTag

  fileprivate init(_ descriptor: Descriptor) throws {
    var status = stat()
    guard fstat(descriptor.number, &status) == 0 else { throw MediaStoreError.cannotOpen(code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw DeliveryError.fileNotFound }
    self.descriptor = descriptor
    lengthBytes = Int(status.st_size)
    tag = EntityTag(
      lengthBytes: lengthBytes,
      modifiedNanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
      inode: UInt64(status.st_ino))
  }

  /// What a try to read gave.
  package enum Reading: Sendable, Equatable {
    case bytes(Int)
    /// Not in memory: reading it would wait for the disk.
    case wouldWait
  }

  /// Reads from `offset` into `target` only what the page cache holds.
  package func readCached(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Reading {
    let count = matinee_pread_cached(descriptor.number, target.baseAddress, target.count, off_t(offset))
    if count > 0 { return .bytes(count) }
    if count == 0 { throw MediaStoreError.endedEarly }
    switch errno {
    case EAGAIN, EOPNOTSUPP, EINTR: return .wouldWait
    case let code: throw MediaStoreError.cannotRead(code: code)
    }
  }

  /// Reads from `offset` into `target`, waiting for the disk; at least one byte.
  package func read(into target: UnsafeMutableRawBufferPointer, at offset: Int) throws -> Int {
    while true {
      let count = pread(descriptor.number, target.baseAddress, target.count, off_t(offset))
      if count > 0 { return count }
      if count == 0 { throw MediaStoreError.endedEarly }
      if errno != EINTR { throw MediaStoreError.cannotRead(code: errno) }
    }
  }
}

/// Closes a file descriptor when nobody holds it any more.
private final class Descriptor: Sendable {
  let number: Int32

  private init(number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }

  static func open(at folder: Int32, _ name: String, _ flags: Int32) throws -> Descriptor {
    let number = openat(folder, name, O_RDONLY | O_CLOEXEC | flags)
    guard number >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR, ELOOP, ENXIO, ENAMETOOLONG: throw DeliveryError.fileNotFound
      case let code: throw MediaStoreError.cannotOpen(code: code)
      }
    }
    return Descriptor(number: number)
  }
}
