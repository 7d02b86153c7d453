import Contract
import EncodingAPI
import Foundation

/// What is published of a film, as its folder's own list says. The list is not served.
struct AssetRecord: Codable, Sendable {
  var jobId: JobID
  /// How many pictures can be played; absent once the film is whole.
  var frameCount: Int?
  var files: [StoredFile]

  var extent: Int { frameCount ?? .max }
}

/// Brings a film into the media store for players: what never changes first, then what names it, so that no playlist
/// names a file that is not there. A film grows, and never shrinks: an encoder that was stopped and comes back with a
/// shorter beginning changes nothing.
struct AssetPublication: Sendable {
  let store: any MediaStore
  let asset: AssetID
  let job: JobID
  /// Of the lease under which this is done.
  let token: Int

  /// - Parameters:
  ///   - folder: where the files lie; they stay there.
  ///   - frameCount: absent for the whole film.
  func publish(_ list: FileList, from folder: String, frameCount: Int?) throws {
    let record = AssetRecord(jobId: job, frameCount: frameCount, files: list.files)
    let published = try self.record()
    guard record.extent > published?.extent ?? 0 else { return }
    let known = Dictionary(uniqueKeysWithValues: (published?.files ?? []).map { ($0.name, $0) })
    let media = list.files.filter { Self.rank($0.name) == 0 }
    try put(try media.filter { try known[$0.name] != $0 || store.size(key($0.name)) != $0.bytes }, from: folder)
    try store.locked(MediaPrefix.asset(asset)) {
      guard record.extent > (try self.record()?.extent ?? 0) else { return }
      for rank in 1...2 { try put(list.files.filter { Self.rank($0.name) == rank }, from: folder) }
      try write(record, by: folder)
    }
  }

  func record() throws -> AssetRecord? {
    try store.get(key(FileList.fileName)).flatMap { try? JSON.decode(AssetRecord.self, from: $0) }
  }

  /// 0 for what is named by others, 1 for playlists, 2 for what names those.
  static func rank(_ name: String) -> Int {
    switch name {
    case MediaLayout.hlsManifest, MediaLayout.dashManifest: 2
    case _ where name.hasSuffix(".m3u8"): 1
    default: 0
    }
  }

  private func put(_ files: [StoredFile], from folder: String) throws {
    try store.put(files.map { MediaPut(file: "\(folder)/\($0.name)", key: key($0.name)) })
  }

  /// Last of all, and never into the folder the files come from, which may be another task's output.
  private func write(_ record: AssetRecord, by folder: String) throws {
    let draft = try store.makeDraft(for: job, token: token)
    defer { store.discard(draft: draft) }
    let file = "\(draft)/\(FileList.fileName)"
    try TextFile.write(String(decoding: JSON.encode(record), as: UTF8.self), to: file)
    try store.put([MediaPut(file: file, key: key(FileList.fileName))])
  }

  private func key(_ name: String) -> String { "\(MediaPrefix.asset(asset))/\(name)" }
}
