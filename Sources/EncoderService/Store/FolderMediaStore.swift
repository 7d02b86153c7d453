import Contract
import Foundation
import Glibc

/// The media store as a folder: `<asset id>/` for what is published, `.staging/<job id>/` for what is on its way.
struct FolderMediaStore: MediaStore {
  private let root: String

  init(root: String) throws {
    self.root = root
    try Self.makeFolders("\(root)/.staging")
  }

  func staging(of job: JobID) throws -> String {
    let path = "\(root)/.staging/\(job)"
    try Self.makeFolders(path)
    return path
  }

  func hasOutput(_ name: String, of job: JobID) -> Bool {
    access("\(root)/.staging/\(job)/\(name)", F_OK) == 0
  }

  func makeDraft(for job: JobID) throws -> String {
    let path = "\(try staging(of: job))/draft-\(Hex.text(UInt64.random(in: 0...UInt64.max)))"
    guard mkdir(path, 0o755) == 0 else { throw FileFault("mkdir", path) }
    return path
  }

  func commit(draft: String, as name: String, of job: JobID) throws {
    let target = "\(try staging(of: job))/\(name)"
    try Self.synchronise(draft)
    guard rename(draft, target) != 0 else { return try Self.synchroniseFolder(try staging(of: job)) }
    let code = errno
    guard code == EEXIST || code == ENOTEMPTY else { throw FileFault("rename", draft, code: code) }
    discard(draft: draft)
  }

  func discard(draft: String) {
    // What cannot be removed now goes with the job's staging folder.
    try? FileManager.default.removeItem(atPath: draft)
  }

  func publish(output name: String, of job: JobID, as asset: AssetID) throws {
    let target = "\(root)/\(asset)"
    guard access(target, F_OK) != 0 else { return }
    let draft = try makeDraft(for: job)
    defer { discard(draft: draft) }
    try Self.link(
      from: "\(try staging(of: job))/\(name)", into: draft, except: [TaskPerformer.outputName])
    try Self.synchronise(draft)
    guard rename(draft, target) == 0 else {
      let code = errno
      if code == EEXIST || code == ENOTEMPTY { return }
      throw FileFault("rename", draft, code: code)
    }
    try Self.synchroniseFolder(root)
  }

  func removeStaging(of job: JobID) throws {
    let path = "\(root)/.staging/\(job)"
    guard access(path, F_OK) == 0 else { return }
    try FileManager.default.removeItem(atPath: path)
  }

  // MARK: - Files

  static func makeFolders(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// The same files under another folder, without copying a byte.
  static func link(from folder: String, into target: String, except: Set<String> = []) throws {
    for entry in try FileManager.default.subpathsOfDirectory(atPath: folder) where !except.contains(entry) {
      var status = stat()
      guard lstat("\(folder)/\(entry)", &status) == 0 else { throw FileFault("stat", "\(folder)/\(entry)") }
      if status.st_mode & S_IFMT == S_IFDIR {
        try makeFolders("\(target)/\(entry)")
      } else if Glibc.link("\(folder)/\(entry)", "\(target)/\(entry)") != 0 {
        throw FileFault("link", "\(target)/\(entry)")
      }
    }
  }

  /// Every file and folder below `folder`, and itself, onto the disk.
  private static func synchronise(_ folder: String) throws {
    for entry in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      try synchroniseFolder("\(folder)/\(entry)")
    }
    try synchroniseFolder(folder)
  }

  private static func synchroniseFolder(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileFault("fsync", path) }
  }
}
