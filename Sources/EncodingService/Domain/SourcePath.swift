import Glibc

/// A film file named by an operator, found to be what it must be.
struct SourcePath: Sendable, Equatable {
  /// Without links or dots.
  var path: String
  /// Changes when the file does.
  var fingerprint: String
  /// Nil where it is empty.
  var bytes: Int?

  /// The path must lie under one of `folders` after all links are followed, and name a regular file.
  /// Throws ``EncodingError/sourcePath(_:)``; what it says tells nothing of files outside of the folders.
  init(_ given: String, under folders: [String]) throws {
    guard given.hasPrefix("/"), given.utf8.count < Int(PATH_MAX), !given.utf8.contains(0) else {
      throw EncodingError.sourcePath("must be an absolute path")
    }
    guard !given.split(separator: "/").contains("..") else {
      throw EncodingError.sourcePath("must not contain ..")
    }
    let roots = folders.compactMap(Self.canonical)
    guard let path = Self.canonical(given), roots.contains(where: { path.hasPrefix($0 == "/" ? "/" : "\($0)/") }) else {
      throw EncodingError.sourcePath("names no file under the source folders (\(folders.joined(separator: ", ")))")
    }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw EncodingError.sourcePath("must name a regular file")
    }
    guard access(path, R_OK) == 0 else { throw EncodingError.sourcePath("names a file that cannot be read") }
    self.path = path
    fingerprint = Self.fingerprint(status)
    bytes = status.st_size > 0 ? Int(status.st_size) : nil
  }

  /// Encoders compute the same of the file they see, to know whether it is this one.
  static func fingerprint(_ status: stat) -> String {
    "\(status.st_dev)-\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }

  private static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
