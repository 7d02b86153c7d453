import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Options together")
  struct CombinedOptionTests {
    /// Pictures, a tone, and two cues: one at the beginning, one near the end.
    private func film(in studio: Studio, seconds: Int, size: String) async throws -> String {
      let (plain, words, path) = ("\(studio.home)/plain.mp4", "\(studio.home)/words.srt", "\(studio.home)/film.mkv")
      try await Footage.film(plain, seconds: seconds, size: size)
      try TextFile.write(
        "1\n00:00:00,500 --> 00:00:02,000\nfirst words\n\n2\n00:00:0\(seconds - 2),000 --> 00:00:0\(seconds - 1),000\n"
          + "last words\n", to: words)
      try await Footage.run(
        "ffmpeg",
        [
          "-nostdin", "-v", "error", "-y", "-i", plain, "-i", words, "-map", "0", "-map", "1", "-c", "copy",
          "-metadata:s:s:0", "language=en", path,
        ])
      return path
    }

    @Test(
      "Several codecs, both sounds, subtitles and a ladder of the title's own, all encrypted, are one film",
      arguments: [JobEncryption.cbcs, .aes128])
    func everything(encryption: JobEncryption) async throws {
      let scheme = try #require(EncryptionScheme(rawValue: encryption.rawValue))
      let desk = try KeyDesk(scheme, refusing: 0)
      try await Studio.open(playback: desk.transport) { studio in
        let path = try await film(in: studio, seconds: 6, size: "320x180")
        try await studio.withEncoder { encoder in
          let upload = try await studio.uploaded(path)
          let options = JobOptions {
            $0.codecs = [.h264, .hevc, .av1]
            $0.audioCodecs = [.aac, .opus]
            $0.ladder = .perTitle
            $0.encryption = encryption
          }
          let id = try await studio.createJob(JobSource(uploadId: upload.id), options: options).id
          let job = try await studio.end(of: id)
          try #require(job.failureReason == nil, "\(job.failureReason ?? "") \(encoder.log.lines.suffix(5))")
          #expect(job.checks?.first { $0.check == "encryption" }?.passed == true)
          #expect(Set(job.renditions?.map(\.codec) ?? []) == [.h264, .hevc, .av1])
          #expect(job.renditions?.filter { $0.codec == .h264 }.allSatisfy { $0.why != nil } == true)
          #expect(job.tracks?.audio.map(\.codec) == [.aac, .opus])

          let asset = "\(studio.home)/media/\(try #require(job.assetId))"
          let master = HLSMasterPlaylist(try TextFile.read("\(asset)/master.m3u8"))
          #expect(Set(master.variants.map(\.address)).count == job.renditions?.count)
          let sounding = master.audioPlaylists.map(\.address)
          for address in Set(master.variants.map(\.address) + sounding) {
            let text = try TextFile.read("\(asset)/\(address)")
            #expect(text.contains(desk.key.id.description), "\(address) names no key")
          }
          // Words stay in the clear.
          let words = try #require(master.subtitlePlaylists.first)
          #expect(try !TextFile.read("\(asset)/\(words.address)").contains("EXT-X-KEY"))
          #expect(try TextFile.read("\(asset)/text/en/subtitles.vtt").contains("last words"))
        }
      }
    }

    @Test("Subtitles are there from the beginning of a film that is played while it is encoded, and grow with it")
    func growingSubtitles() async throws {
      try await Studio.open(["ENCODING_PRESET": "slow", "ENCODING_BEGINNING_SECONDS": "2"]) { studio in
        let path = try await film(in: studio, seconds: 9, size: "640x360")
        try await studio.withEncoder { encoder in
          let upload = try await studio.uploaded(path)
          let id = try await studio.createJob(
            JobSource(uploadId: upload.id), options: JobOptions { $0.progressive = true }
          ).id
          try await eventually(within: .seconds(120)) { try await studio.job(id).playableAt != nil }
          let early = try await studio.job(id)
          let asset = "\(studio.home)/media/\(try #require(early.assetId))"
          let master = HLSMasterPlaylist(try TextFile.read("\(asset)/master.m3u8"))
          let words = try #require(master.subtitlePlaylists.first)
          let growing = HLSMediaPlaylist(try TextFile.read("\(asset)/\(words.address)"))
          #expect(early.state == .running && !growing.isComplete)
          for segment in growing.segments {
            #expect(TextFile.size("\(asset)/text/en/\(segment.address)") ?? 0 > 0)
          }

          let job = try await studio.end(of: id)
          #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(5))")
          let whole = HLSMediaPlaylist(try TextFile.read("\(asset)/\(words.address)"))
          #expect(whole.isComplete && abs(whole.durationSeconds - 9) < 0.1)
          let text = try whole.segments.map { try TextFile.read("\(asset)/text/en/\($0.address)") }.joined()
          #expect(text.contains("first words") && text.contains("last words"))
        }
      }
    }
  }
}
