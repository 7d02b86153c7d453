import Contract
import EncodingAPI
import Foundation
import PlaybackAPI
import SecurityKit
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Encrypted films")
  struct EncryptedFilmTests {
    private func encode(
      _ scheme: EncryptionScheme,
      _ body: (_ asset: String, _ key: ContentKey, _ pictures: [String]) async throws -> Void
    ) async throws {
      let desk = try KeyDesk(scheme, refusing: 2)
      try await Studio.open(playback: desk.transport) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 5, size: "320x180")
        try await studio.withEncoder { encoder in
          let upload = try await studio.uploaded(film)
          let options = JobOptions { $0.encryption = JobEncryption(rawValue: scheme.rawValue) }
          let id = try await studio.createJob(JobSource(uploadId: upload.id), options: options).id
          // Searched all along: what is on its way is searched as well as what is left.
          try await eventually(within: .seconds(300)) {
            try search(studio.home, for: desk.key)
            return try await studio.job(id).state.isFinal
          }
          let job = try await studio.job(id)
          #expect(job.state == .succeeded, "\(job.failureReason ?? "") \(encoder.log.lines.suffix(5))")
          let encrypting = try #require(job.tasks?.first { $0.kind == .encrypt })
          #expect(encrypting.state == .succeeded && encrypting.attempts == 1)
          let check = try #require(job.checks?.first { $0.check == "encryption" })
          #expect(check.passed && check.detail.contains(desk.key.id.description))
          try search(studio.home, for: desk.key)
          let said = (encoder.log.lines + studio.encoding.log.lines).joined() + (try await studio.events())
          #expect(!said.contains(HexBytes.text(desk.key.bytes)))
          let pictures = try await Footage.pictures(film)
          try await body("\(studio.home)/media/\(try #require(job.assetId))", desk.key, pictures)
        }
      }
    }

    /// The key as bytes, as digits and in base 64 is in no file.
    private func search(_ folder: String, for key: ContentKey) throws {
      let spellings = [
        Data(key.bytes), Data(HexBytes.text(key.bytes).utf8), Data(Base64URL.encode(key.bytes).utf8),
        Data(key.bytes).base64EncodedData(),
      ]
      for file in (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? [] {
        guard let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(file)"), options: .alwaysMapped) else {
          continue
        }
        for spelling in spellings { #expect(data.range(of: spelling) == nil, "\(file)") }
      }
    }

    private func playlistText(_ asset: String) throws -> String {
      try TextFile.read("\(asset)/video/180p/playlist.m3u8")
    }

    /// Each segment of a rendition as a file with its initialisation section: ffmpeg 5.1 decrypts no more than one.
    private func pieces(_ asset: String, _ folder: String) throws -> [String] {
      let playlist = HLSMediaPlaylist(try TextFile.read("\(asset)/\(folder)/playlist.m3u8"))
      let map = try Data(contentsOf: URL(filePath: "\(asset)/\(folder)/\(try #require(playlist.map))"))
      return try playlist.segments.map(\.address).map { name in
        let path = "\(asset)/../piece-\(name).mp4"
        try (map + Data(contentsOf: URL(filePath: "\(asset)/\(folder)/\(name)"))).write(to: URL(filePath: path))
        return path
      }
    }

    @Test("cbcs: unreadable without the key, the whole film with it, and named in both manifests")
    func samples() async throws {
      try await encode(.cbcs) { asset, key, pictures in
        let playlist = try playlistText(asset)
        #expect(playlist.contains("METHOD=SAMPLE-AES,URI=\"../../keys/\(key.id)\""))
        #expect(playlist.contains("KEYFORMAT=\"identity\""))
        #expect(try TextFile.read("\(asset)/video/180p/iframes.m3u8").contains("METHOD=SAMPLE-AES"))
        let manifest = try TextFile.read("\(asset)/\(MediaLayout.dashManifest)")
        let digits = key.id.description
        #expect(manifest.replacing("-", with: "").contains("cenc:default_KID=\"\(digits)\""))
        #expect(manifest.contains("value=\"cbcs\"") && manifest.contains("<cenc:pssh>"))

        let wrong = try #require(ContentKey(id: key.id, scheme: .cbcs, bytes: Sodium.randomBytes(16)))
        var count = 0
        for piece in try pieces(asset, "video/180p") {
          let seen = try await decrypted(piece, key)
          count += seen.count
          let blind = (try? await Footage.pictures(piece)) ?? []
          let misled = (try? await decrypted(piece, wrong)) ?? []
          #expect(Set(blind + misled).isDisjoint(with: Set(seen)))
        }
        #expect(count == pictures.count)
        // Poster, storyboard: as ever.
        #expect(TextFile.size("\(asset)/\(MediaLayout.poster)") ?? 0 > 0)
        #expect(TextFile.size("\(asset)/\(MediaLayout.storyboard)") ?? 0 > 0)
      }
    }

    private func decrypted(_ path: String, _ key: ContentKey) async throws -> [String] {
      try await Footage.run(
        "ffmpeg",
        [
          "-nostdin", "-v", "quiet", "-decryption_key", HexBytes.text(key.bytes), "-i", path, "-map", "0:v:0",
          "-fps_mode", "passthrough", "-f", "framemd5", "-",
        ]
      ).split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap {
        $0.split(separator: ",").last.map(String.init)
      }
    }

    @Test("aes128: whole segments, read by another player with the key alone, without DASH and I-frame playlists")
    func segments() async throws {
      try await encode(.aes128) { asset, key, pictures in
        let playlist = try playlistText(asset)
        #expect(playlist.contains("METHOD=AES-128,URI=\"../../keys/\(key.id)\",IV=0x"))
        #expect(TextFile.size("\(asset)/\(MediaLayout.dashManifest)") == nil)
        #expect(TextFile.size("\(asset)/video/180p/iframes.m3u8") == nil)
        let master = try TextFile.read("\(asset)/\(MediaLayout.hlsManifest)")
        #expect(!master.contains("I-FRAME"))
        for name in HLSMediaPlaylist(playlist).segments.map(\.address) {
          let bytes = try #require(FileManager.default.contents(atPath: "\(asset)/video/180p/\(name)"))
          #expect(bytes.count.isMultiple(of: 16) && bytes.range(of: Data("moof".utf8)) == nil)
        }
        // ffmpeg's HLS reader, which knows nothing of us; keys answered by the disk for once.
        try FileManager.default.createDirectory(atPath: "\(asset)/keys", withIntermediateDirectories: false)
        let file = "\(asset)/keys/\(key.id)"
        for (bytes, isRight) in [(key.bytes, true), (Sodium.randomBytes(16), false)] {
          try Data(bytes).write(to: URL(filePath: file))
          for (address, count) in [("video/180p", pictures.count), ("audio/und", 0)] {
            let end = try? await Footage.run(
              "ffprobe",
              [
                "-v", "quiet", "-allowed_extensions", "ALL", "-count_packets", "-show_entries",
                "stream=nb_read_packets", "-of", "csv=p=0", "\(asset)/\(address)/playlist.m3u8",
              ])
            let read = end.flatMap { Int($0.split(separator: "\n").last ?? "") } ?? 0
            #expect(isRight ? count == 0 && read > 100 || read == count : read == 0, "\(address) \(read)")
          }
        }
      }
    }
  }
}
