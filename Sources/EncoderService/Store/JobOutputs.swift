import Contract
import Foundation

/// The committed outputs of a job's tasks, each a prefix with its files and their list. The list is put last: with it
/// the output is whole, and it says what must be in it.
struct JobOutputs: Sendable {
  let store: any MediaStore
  let job: JobID

  func folder() throws -> String { try store.localFolder(MediaPrefix.staging(job)) }

  /// Nil where nothing of that name was committed.
  func list(of name: String) throws -> FileList? {
    guard let bytes = try store.get("\(MediaPrefix.output(name, of: job))/\(FileList.fileName)") else { return nil }
    return try? JSON.decode(FileList.self, from: bytes)
  }

  /// What is wrong with the output, in words; nil where every file is what it was when it was committed.
  func damage(of name: String) throws -> String? {
    guard let list = try list(of: name) else { return "\(name) is not there" }
    return list.damage(in: try store.localFolder(MediaPrefix.output(name, of: job))).map { "\(name)/\($0) was changed" }
  }

  /// The draft's files become the output `name`; a draft that comes second is not needed.
  func commit(_ draft: String, as name: String) throws {
    let prefix = MediaPrefix.output(name, of: job)
    guard try list(of: name) == nil else { return }
    let list = try FileList(of: draft)
    try TextFile.write(String(decoding: JSON.encode(list), as: UTF8.self), to: "\(draft)/\(FileList.fileName)")
    try store.put(list.files.map { MediaPut(file: "\(draft)/\($0.name)", key: "\(prefix)/\($0.name)") })
    try store.put([MediaPut(file: "\(draft)/\(FileList.fileName)", key: "\(prefix)/\(FileList.fileName)")])
  }

  /// The list goes first: what is half gone was never there.
  func forget(_ name: String) throws {
    let prefix = MediaPrefix.output(name, of: job)
    try store.delete("\(prefix)/\(FileList.fileName)")
    try store.delete(prefix)
  }
}
