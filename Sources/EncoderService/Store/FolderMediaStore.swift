import Contract
import Foundation
import Glibc

/// The media store as a folder, each object a file: `<asset id>/…` is what is published, `.staging/<job id>/…` what is
/// on its way. All encoders see the same folder.
struct FolderMediaStore: MediaStore {
  private let root: String
  static let lockName = ".lock"
  private static let lockPatience: Duration = .seconds(5)

  init(root: String) throws {
    self.root = root
    try Self.makeFolders("\(root)/\(MediaPrefix.staging)")
  }

  // MARK: - Objects

  func put(_ objects: [MediaPut]) throws {
    var folders: Set<String> = []
    for object in objects {
      let target = "\(root)/\(object.key)"
      let folder = String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)])
      if folders.insert(folder).inserted { try Self.makeFolders(folder) }
      try Self.synchronise(object.file)
      try Self.place(object.file, at: target)
    }
    // Names last: each folder once, however many files came into it.
    for folder in folders { try Self.synchronise(folder) }
  }

  func get(_ key: String) throws -> [UInt8]? {
    FileManager.default.contents(atPath: "\(root)/\(key)").map(Array.init)
  }

  func localFolder(_ prefix: String) throws -> String { "\(root)/\(prefix)" }

  func size(_ key: String) throws -> Int? { TextFile.size("\(root)/\(key)") }

  func names(under prefix: String, atMost limit: Int) throws -> [String] {
    guard let folder = opendir("\(root)/\(prefix)") else {
      if errno == ENOENT { return [] }
      throw FileFault("opendir", "\(root)/\(prefix)")
    }
    defer { closedir(folder) }
    var names: [String] = []
    while names.count < limit, let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  func extent(of prefix: String) throws -> MediaExtent {
    var extent = MediaExtent()
    let folder = "\(root)/\(prefix)"
    let files = FileManager.default.enumerator(atPath: folder)
    for name in [""] + ((files?.compactMap { $0 as? String }) ?? []) {
      var status = stat()
      // It may have gone meanwhile.
      guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
      let changed = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
      extent.lastChange = max(extent.lastChange, Timestamp(milliseconds: changed))
      guard status.st_mode & S_IFMT == S_IFREG else { continue }
      extent.objects += 1
      extent.bytes += Int(status.st_size)
    }
    return extent
  }

  func delete(_ prefix: String) throws {
    let path = "\(root)/\(prefix)"
    guard access(path, F_OK) == 0 else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      // Two encoders may be at it.
      guard access(path, F_OK) != 0 else { throw error }
    }
  }

  func locked<Result>(_ prefix: String, _ body: () throws -> Result) throws -> Result {
    try Self.makeFolders("\(root)/\(prefix)")
    let path = "\(root)/\(prefix)/\(Self.lockName)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw FileFault("open", path) }
    // The lock goes with the descriptor, so with a killed process too.
    defer { close(descriptor) }
    let end = ContinuousClock.now + Self.lockPatience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < end else {
        throw EncodingFault.transient("Another encoder is publishing the same film, or was stopped while it did.")
      }
      usleep(20_000)
    }
    return try body()
  }

  // MARK: - Drafts

  func makeDraft(for job: JobID, token: Int) throws -> String {
    let staging = "\(root)/\(MediaPrefix.staging(job))"
    try Self.makeFolders(staging)
    let path = "\(staging)/\(MediaPrefix.draft)\(token)-\(Hex.text(UInt64.random(in: 0...UInt64.max)))"
    guard mkdir(path, 0o755) == 0 else { throw FileFault("mkdir", path) }
    return path
  }

  func discard(draft: String) {
    // What cannot be removed now is collected when its lease has ended.
    try? FileManager.default.removeItem(atPath: draft)
  }

  var freeBytes: Int {
    var status = statvfs()
    guard statvfs(root, &status) == 0 else { return 0 }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  // MARK: - Files

  static func makeFolders(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// The same files under another folder, without copying a byte; notes about an output are no part of it.
  static func link(from folder: String, into target: String, except: Set<String> = []) throws {
    let notes: Set = [TaskPerformer.outputName, FileList.fileName]
    for entry in try FileManager.default.subpathsOfDirectory(atPath: folder)
    where !except.contains(entry) && !notes.contains(entry) {
      var status = stat()
      guard lstat("\(folder)/\(entry)", &status) == 0 else { throw FileFault("stat", "\(folder)/\(entry)") }
      if status.st_mode & S_IFMT == S_IFDIR {
        try makeFolders("\(target)/\(entry)")
      } else {
        try link(file: "\(folder)/\(entry)", as: "\(target)/\(entry)")
      }
    }
  }

  static func link(file: String, as path: String) throws {
    guard Glibc.link(file, path) == 0 else { throw FileFault("link", path) }
  }

  /// Under another name first, so that whoever reads has the old file or the new one, whole.
  private static func place(_ file: String, at target: String) throws {
    let part = "\(target).\(Hex.text(UInt64.random(in: 0...UInt64.max))).part"
    guard Glibc.link(file, part) == 0 else { throw FileFault("link", part) }
    // Renaming one name of a file to another of the same file does nothing at all, says POSIX.
    defer { unlink(part) }
    guard rename(part, target) == 0 else { throw FileFault("rename", target) }
  }

  private static func synchronise(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileFault("fsync", path) }
  }
}
