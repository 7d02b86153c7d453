import Contract
import Foundation
import TestKit
import Testing

@testable import EncoderService

@Suite("The media store")
struct MediaStoreTests {
  private struct Place {
    let folder: String
    let store: FolderMediaStore
    let job = JobID(seed: "job")
    let asset = AssetID(seed: "asset")
    var outputs: JobOutputs { JobOutputs(store: store, job: job) }
    var publication: AssetPublication { AssetPublication(store: store, asset: asset, job: job, token: 1) }

    func draft(_ files: [String: String], token: Int = 1) throws -> String {
      let draft = try store.makeDraft(for: job, token: token)
      for (name, text) in files {
        try FolderMediaStore.makeFolders("\(draft)/\(name.split(separator: "/").dropLast().joined(separator: "/"))")
        try TextFile.write(text, to: "\(draft)/\(name)")
      }
      return draft
    }

    func publish(_ files: [String: String], frameCount: Int?) throws {
      let draft = try draft(files)
      defer { store.discard(draft: draft) }
      try publication.publish(try FileList(of: draft), from: draft, frameCount: frameCount)
    }

    func read(_ name: String) -> String? { try? TextFile.read("\(folder)/media/\(asset)/\(name)") }
  }

  private func withPlace(_ body: (Place) async throws -> Void) async throws {
    try await withTemporaryFolder("media") { folder in
      try await body(Place(folder: folder, store: try FolderMediaStore(root: "\(folder)/media")))
    }
  }

  @Test("An output is there with its list, and not before")
  func listCommits() async throws {
    try await withPlace { place in
      let draft = try place.draft(["a.mp4": "pictures", "deep/b": "more"])
      #expect(try place.outputs.list(of: "encode-0") == nil)
      try place.outputs.commit(draft, as: "encode-0")
      let list = try #require(try place.outputs.list(of: "encode-0"))
      #expect(list.files.map(\.name) == ["a.mp4", "deep/b"] && list.files.map(\.bytes) == [8, 4])
      #expect(try place.outputs.damage(of: "encode-0") == nil)
      try place.store.delete("\(MediaPrefix.output("encode-0", of: place.job))/\(FileList.fileName)")
      #expect(try place.outputs.damage(of: "encode-0") == "encode-0 is not there")
    }
  }

  @Test("A file cut, changed in place or taken away is found", arguments: ["cut", "changed", "gone"])
  func damage(how: String) async throws {
    try await withPlace { place in
      try place.outputs.commit(try place.draft(["a.mp4": "pictures", "b.mp4": "others"]), as: "encode-0")
      let file = "\(try place.outputs.folder())/encode-0/b.mp4"
      switch how {
      case "cut": try #require(truncate(file, 3) == 0)
      case "changed": try Data("OTHERS".utf8).write(to: URL(filePath: file))
      default: try FileManager.default.removeItem(atPath: file)
      }
      #expect(try place.outputs.damage(of: "encode-0") == "encode-0/b.mp4 was changed")
      try place.outputs.forget("encode-0")
      try place.outputs.commit(try place.draft(["a.mp4": "again"]), as: "encode-0")
      #expect(try place.outputs.damage(of: "encode-0") == nil)
    }
  }

  @Test("A film grows and never shrinks; once whole it stays as it is")
  func growth() async throws {
    try await withPlace { place in
      try place.publish(["v/1.m4s": "one", "v/p.m3u8": "1", "master.m3u8": "m"], frameCount: 50)
      #expect(place.read("v/p.m3u8") == "1")
      try place.publish(["v/1.m4s": "one", "v/2.m4s": "two", "v/p.m3u8": "1 2", "master.m3u8": "m"], frameCount: 100)
      #expect(place.read("v/p.m3u8") == "1 2" && place.read("v/2.m4s") == "two")
      // A stopped encoder comes back with what it had.
      try place.publish(["v/1.m4s": "one", "v/p.m3u8": "1", "master.m3u8": "m"], frameCount: 50)
      #expect(place.read("v/p.m3u8") == "1 2")
      try place.publish(["v/1.m4s": "one", "v/p.m3u8": "1 2 3 end", "master.m3u8": "whole"], frameCount: nil)
      try place.publish(["v/1.m4s": "one", "v/p.m3u8": "1 2 3", "master.m3u8": "m"], frameCount: 150)
      #expect(place.read("v/p.m3u8") == "1 2 3 end" && place.read("master.m3u8") == "whole")
      let record = try #require(try place.publication.record())
      #expect(record.frameCount == nil && record.jobId == place.job && record.files.count == 3)
      let parts = try FileManager.default.subpathsOfDirectory(atPath: "\(place.folder)/media")
      #expect(!parts.contains { $0.hasSuffix(".part") || $0.contains(MediaPrefix.draft) })
    }
  }

  @Test("A published segment that was cut behind our back is put again with the next part of the film")
  func heals() async throws {
    try await withPlace { place in
      try place.publish(["v/1.m4s": "one", "v/p.m3u8": "1"], frameCount: 50)
      try #require(truncate("\(place.folder)/media/\(place.asset)/v/1.m4s", 1) == 0)
      try place.publish(["v/1.m4s": "one", "v/p.m3u8": "1 2"], frameCount: 100)
      #expect(place.read("v/1.m4s") == "one")
    }
  }

  @Test("Playlists come after what they name, and what names playlists last")
  func order() {
    #expect(AssetPublication.rank("video/720p/00001.m4s") == 0 && AssetPublication.rank("poster.jpg") == 0)
    #expect(AssetPublication.rank("video/720p/playlist.m3u8") == 1)
    #expect(AssetPublication.rank(MediaLayout.hlsManifest) == 2 && AssetPublication.rank(MediaLayout.dashManifest) == 2)
  }

  @Test("Two publishing one film at once do so one after the other")
  func oneAtATime() async throws {
    try await withPlace { place in
      try place.store.locked("\(place.asset)") {
        let other = open("\(place.folder)/media/\(place.asset)/.lock", O_WRONLY)
        defer { close(other) }
        #expect(flock(other, LOCK_EX | LOCK_NB) != 0)
      }
    }
  }
}
