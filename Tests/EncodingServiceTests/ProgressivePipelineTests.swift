import ClientKit
import Contract
import EncodingAPI
import Foundation
import SecurityKit
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("A film played while it is encoded")
  struct ProgressivePipelineTests {
    private let progressive = JobOptions { $0.progressive = true }

    @Test("Every segment published early is, to the byte, the whole film's; playlists grow and end")
    func grows() async throws {
      try await Studio.open(["ENCODING_PRESET": "slow", "ENCODING_BEGINNING_SECONDS": "2"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 11, size: "640x360", rate: "30000/1001")
        let frames = try await Footage.pictures(film).count
        try await studio.withEncoder { encoder in
          let upload = try await studio.uploaded(film)
          let id = try await studio.createJob(JobSource(uploadId: upload.id), options: progressive).id
          try await eventually(within: .seconds(120)) { try await studio.job(id).playableAt != nil }
          let early = try await studio.job(id)
          let asset = "\(studio.home)/media/\(try #require(early.assetId))"
          let seen = try snapshot(of: asset)
          #expect(early.state == .running)
          try verifyGrowing(asset, seen)
          // Whatever a player can already ask for is there, and plays.
          #expect(try await Footage.pictures("\(asset)/video/360p/playlist.m3u8").count >= 60)

          let job = try await studio.end(of: id)
          #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(5))")
          let end = try snapshot(of: asset)
          for (name, hash) in seen where name.hasSuffix(".m4s") || name.hasSuffix("/init.mp4") {
            #expect(end[name] == hash, "\(name)")
          }
          #expect(seen.keys.contains("video/360p/00001.m4s") && !seen.keys.contains("video/360p/00006.m4s"))
          for name in end.keys where name.hasSuffix("/playlist.m3u8") {
            #expect(HLSMediaPlaylist(try TextFile.read("\(asset)/\(name)")).isComplete, "\(name)")
          }
          #expect(try await Footage.pictures("\(asset)/video/360p/playlist.m3u8").count == frames)
          let record = try JSON.decode(
            AssetRecord.self, from: Array(TextFile.read("\(asset)/\(FileList.fileName)").utf8))
          #expect(record.frameCount == nil && FileList(files: record.files).damage(in: asset) == nil)
          #expect(Set(record.files.map(\.name)) == Set(end.keys).subtracting([FileList.fileName, ".lock"]))
          let told = try await studio.events()
          #expect(told.contains(#""isComplete":false"#) && told.contains(#""isComplete":true"#))
        }
      }
    }

    /// SHA-256 of every file below `folder`.
    private func snapshot(of folder: String) throws -> [String: String] {
      var hashes: [String: String] = [:]
      for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
        hashes[name] = Sodium.sha256(data).map { String($0, radix: 16) }.joined(separator: "-")
      }
      return hashes
    }

    private func verifyGrowing(_ asset: String, _ files: [String: String]) throws {
      let lists = files.keys.filter { $0.hasSuffix("/playlist.m3u8") }
      #expect(Set(lists) == ["video/360p/playlist.m3u8", "video/234p/playlist.m3u8", "audio/und/playlist.m3u8"])
      var durations: [Double] = []
      for name in lists {
        let text = try TextFile.read("\(asset)/\(name)")
        let playlist = HLSMediaPlaylist(text)
        #expect(!playlist.isComplete && text.contains("#EXT-X-PLAYLIST-TYPE:EVENT"), "\(name)")
        durations.append(playlist.durationSeconds)
        let folder = name.split(separator: "/").dropLast().joined(separator: "/")
        for segment in playlist.segments { #expect(files["\(folder)/\(segment.address)"] != nil, "\(segment.address)") }
      }
      #expect((durations.max() ?? 0) - (durations.min() ?? 0) < 0.1)
      #expect(files[MediaLayout.dashManifest] == nil)
    }

    @Test("A film that fails after its beginning was published is withdrawn")
    func withdrawn() async throws {
      try await Studio.open([
        "ENCODING_PRESET": "slow", "ENCODING_BEGINNING_SECONDS": "2", "ENCODING_LEASE_SECONDS": "2",
        "ENCODING_WITHDRAWN_GRACE_SECONDS": "0",
      ]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 12, size: "640x360")
        let encoder = try await studio.startEncoder(settings: ["ENCODER_SWEEP_INTERVAL_SECONDS": "0.2"])
        do {
          let upload = try await studio.uploaded(film)
          let id = try await studio.createJob(JobSource(uploadId: upload.id), options: progressive).id
          try await eventually(within: .seconds(120)) { try await studio.job(id).playableAt != nil }
          #expect(studio.published.count == 1)
          let cancelled = try await studio.encoding.transport.call(
            EncodingEndpoints.cancelJob, JobPath(job: id), in: studio.context())
          #expect(cancelled.state == .cancelled && cancelled.assetId == nil && cancelled.playableAt == nil)
          #expect(try await studio.events().contains(AssetWithdrawn.type))
          // Nobody is given time to play on in this test.
          try await eventually { studio.staged.isEmpty && studio.published.isEmpty }
          try await encoder.stop()
        } catch {
          try? await encoder.stop()
          throw error
        }
      }
    }
  }
}
