import Foundation
import Glibc

/// A film file that can be opened here. As long as this value lives, a copy in the cache is not removed.
final class LocalSource: Sendable {
  let path: String
  /// Open, with a shared lock on the copy; nil for a file that is not ours.
  private let descriptor: Int32?

  init(path: String, descriptor: Int32? = nil) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    guard let descriptor else { return }
    // Unused from now on.
    futimens(descriptor, nil)
    close(descriptor)
  }
}

/// Files that several encoders on one machine share, kept apart by locks that end with whoever holds them.
enum SharedFile {
  /// The file, open under a shared lock; nil where it is not there, or is being made or removed.
  static func openForUse(_ path: String) -> Int32? {
    open(path, flags: O_RDONLY, lock: LOCK_SH)
  }

  /// The file, open under an exclusive lock; nil where somebody has it.
  static func openAlone(_ path: String, creating: Bool) -> Int32? {
    open(path, flags: O_RDWR | (creating ? O_CREAT : 0), lock: LOCK_EX)
  }

  private static func open(_ path: String, flags: Int32, lock: Int32) -> Int32? {
    let descriptor = Glibc.open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return nil }
    var held = stat()
    var named = stat()
    // Between opening and locking another may have renamed or removed it.
    guard flock(descriptor, lock | LOCK_NB) == 0, fstat(descriptor, &held) == 0, lstat(path, &named) == 0,
      held.st_ino == named.st_ino
    else {
      close(descriptor)
      return nil
    }
    return descriptor
  }
}
