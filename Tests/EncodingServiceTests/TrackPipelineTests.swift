import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Languages and subtitles, from a film to its players")
  struct TrackPipelineTests {
    /// Two languages of different tones, one of them in 5.1, a commentary, subtitles inside, an odd size.
    private func film(in studio: Studio) async throws -> String {
      let path = "\(studio.home)/film.mkv"
      let words = "\(studio.home)/inside.srt"
      try TextFile.write("1\n00:00:01,000 --> 00:00:02,500\nInside <b>the</b> film\n", to: words)
      var arguments = ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=853x481:r=24000/1001:d=6"]
      for (tone, volume, layout) in [(440, -30, "stereo"), (880, -3, "5.1"), (220, -12, "mono")] {
        arguments += [
          "-f", "lavfi", "-i",
          "sine=f=\(tone):r=48000:d=6,volume=\(volume)dB,pan=\(layout)|"
            + (layout == "mono" ? "c0=c0" : layout == "stereo" ? "c0=c0|c1=c0" : "c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0"),
        ]
      }
      arguments += ["-i", words, "-map", "0", "-map", "1", "-map", "2", "-map", "3", "-map", "4"]
      arguments += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p", "-c:a", "aac", "-c:s", "subrip"]
      arguments += ["-metadata:s:a:0", "language=ger", "-metadata:s:a:1", "language=eng"]
      arguments += ["-metadata:s:a:2", "language=eng", "-metadata:s:a:2", "title=The director"]
      arguments += ["-disposition:a:0", "0", "-disposition:a:1", "default", "-disposition:a:2", "comment"]
      arguments += ["-metadata:s:s:0", "language=ger", "-disposition:s:0", "forced", path]
      try await Footage.run("ffmpeg", arguments)
      return path
    }

    private func sideCar(in studio: Studio) async throws -> SideCar {
      let windows = Array("1\r\n00:00:02,000 --> 00:00:03,000\r\nGr".utf8) + [0xFC] + Array("n\r\n".utf8)
      let late = Array("\r\n2\r\n00:00:30,000 --> 00:00:31,000\r\ntoo late\r\n\r\n3\r\nbroken\r\n".utf8)
      let upload = try JSON.decode(Upload.self, from: try await studio.upload(windows + late, name: "de.srt").body)
      return SideCar(source: JobSource(uploadId: upload.id), language: "deu", kind: .captions)
    }

    @Test("Every language and every subtitle file becomes a track, in HLS and in DASH, as loud as all others")
    func everyTrack() async throws {
      try await Studio.open { studio in
        let path = try await film(in: studio)
        try await studio.withEncoder { encoder in
          let upload = try await studio.uploaded(path)
          var options = JobOptions()
          options.audioCodecs = [.aac, .opus]
          options.subtitles = [try await sideCar(in: studio)]
          let id = try await studio.encoding.transport.call(
            EncodingEndpoints.createJob,
            body: NewJob(titleId: TitleID(seed: "t"), source: JobSource(uploadId: upload.id), options: options),
            in: studio.context()
          ).id
          let job = try await studio.end(of: id)
          try #require(job.failureReason == nil, "\(job.failureReason ?? "") \(encoder.log.lines.suffix(5))")
          check(facts: try #require(job.film))
          try check(tracks: try #require(job.tracks))
          let asset = "\(studio.home)/media/\(try #require(job.assetId))"
          try checkHLS(asset)
          try await checkSound(asset)
          try checkText(asset)
          let event = try await studio.events()
          #expect(event.contains(#""subtitles":[{"#) && event.contains(#""audio":[{"#))
        }
      }
    }

    private func check(facts: SourceFacts) {
      #expect(facts.frameRate == FrameRate(24_000, 1001))
      #expect(facts.audio.map(\.language) == ["de", "en", "en"] && facts.audio.map(\.channels) == [2, 6, 1])
      #expect(facts.audio[2].role == .commentary && facts.audio[1].isDefault)
      #expect(facts.subtitles.first?.isForced == true && facts.subtitles.first?.language == "de")
      #expect(facts.colour.pixelFormat == "yuv444p")
    }

    private func check(tracks: AssetTracks) throws {
      #expect(tracks.audio.map(\.language) == ["en", "de", "en", "en", "de", "en"])
      #expect(tracks.audio.map(\.codec) == [.aac, .aac, .aac, .opus, .opus, .opus])
      for track in tracks.audio {
        let level = try #require(track.loudness?.integratedLUFS)
        #expect(abs(level + 23) <= 1 && track.loudness?.truePeakDBTP ?? 0 < -1, "\(track)")
      }
      #expect(tracks.subtitles.map(\.name) == ["Deutsch (forced)", "Deutsch (captions)"])
      #expect(tracks.subtitles.map(\.cueCount) == [1, 1])
      #expect(tracks.subtitles[1].notes == ["line 9: no times", "1 cues lie outside of the film"])
    }

    private func checkHLS(_ asset: String) throws {
      let text = try TextFile.read("\(asset)/\(MediaLayout.hlsManifest)")
      let master = HLSMasterPlaylist(text)
      #expect(
        master.audioPlaylists.map(\.group) == ["audio", "audio", "audio", "audio-opus", "audio-opus", "audio-opus"])
      #expect(master.audioPlaylists.map(\.isDefault) == [true, false, false, true, false, false])
      #expect(master.audioPlaylists.map(\.name).prefix(3) == ["English", "Deutsch", "The director"])
      #expect(Set(master.variants.compactMap(\.audioGroup)) == ["audio", "audio-opus"])
      #expect(master.variants.allSatisfy { $0.subtitleGroup == "text" })
      #expect(text.contains("FORCED=YES") && text.contains("transcribes-spoken-dialog"))
      let dash = try TextFile.read("\(asset)/\(MediaLayout.dashManifest)")
      for words in [#"lang="de""#, #"value="commentary""#, #"value="caption""#, "text/de-2/subtitles.vtt"] {
        #expect(dash.contains(words), "\(words)")
      }
    }

    /// The right tone under the right language, as long as the pictures.
    private func checkSound(_ asset: String) async throws {
      for (folder, tone) in [("de", 440), ("en", 880), ("en-2", 220), ("de-opus", 440), ("en-opus", 880)] {
        let levels = try await Footage.run(
          "sh",
          [
            "-c",
            "for f in 220 440 880; do ffmpeg -nostdin -hide_banner -i \(asset)/audio/\(folder)/playlist.m3u8 "
              + "-af bandpass=f=$f:width_type=q:w=20,volumedetect -f null - 2>&1 "
              + "| grep -o 'mean_volume: [-0-9.]*'; done",
          ])
        let volumes = levels.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        #expect(volumes.count == 3)
        #expect(
          volumes.firstIndex(of: volumes.max() ?? 0) == [220, 440, 880].firstIndex(of: tone), "\(folder): \(levels)")
        let seconds = HLSMediaPlaylist(try TextFile.read("\(asset)/audio/\(folder)/playlist.m3u8")).durationSeconds
        #expect(abs(seconds - 6.006) < 0.1, "\(folder): \(seconds)")
      }
    }

    private func checkText(_ asset: String) throws {
      let whole = try TextFile.read("\(asset)/text/de/subtitles.vtt")
      #expect(whole == "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nInside <b>the</b> film\n")
      #expect(try TextFile.read("\(asset)/text/de-2/00001.vtt").contains("Grün"))
      let playlist = HLSMediaPlaylist(try TextFile.read("\(asset)/text/de-2/playlist.m3u8"))
      #expect(abs(playlist.durationSeconds - 6.006) < 0.05)
    }

    @Test("Subtitles that hold nothing fail the job by name; what is wrong with the request is told by field")
    func refusals() async throws {
      try await Studio.open { studio in
        let path = "\(studio.home)/film.mp4"
        try await Footage.film(path, seconds: 2, size: "160x90", sound: false)
        let film = try await studio.uploaded(path)
        let text = try JSON.decode(
          Upload.self, from: try await studio.upload(Array("1\n00:00:01 - 00:00:02\nx\n".utf8), name: "x.srt").body)
        func create(_ sideCar: SideCar) async throws -> EncodingJob {
          var options = JobOptions()
          options.subtitles = [sideCar]
          return try await studio.encoding.transport.call(
            EncodingEndpoints.createJob,
            body: NewJob(titleId: TitleID(seed: "t"), source: JobSource(uploadId: film.id), options: options),
            in: studio.context())
        }
        func field(_ sideCar: SideCar) async throws -> String? {
          do { _ = try await create(sideCar) } catch let problem as Problem { return problem.errors?.first?.field }
          return nil
        }
        let source = JobSource(uploadId: text.id)
        let expected: [(SideCar, String)] = [
          (SideCar(source: source, language: "klingon!", kind: .subtitles), "options.subtitles[0].language"),
          (SideCar(source: source, language: "de", kind: .subtitles, name: "a\"b"), "options.subtitles[0].name"),
          (SideCar(source: JobSource(), language: "de", kind: .subtitles), "options.subtitles[0].source"),
          (
            SideCar(source: JobSource(path: "/etc/passwd"), language: "de", kind: .subtitles),
            "options.subtitles[0].source.path"
          ),
        ]
        for (sideCar, name) in expected { #expect(try await field(sideCar) == name) }
        try await studio.withEncoder { _ in
          let id = try await create(SideCar(source: source, language: "fr", kind: .subtitles)).id
          let job = try await studio.end(of: id)
          #expect(job.state == .failed)
          #expect(job.failureReason?.contains("“Français” hold nothing to show: line 1: no times") == true)
          #expect(studio.published.isEmpty)
        }
      }
    }

    @Test("A quiet film with bangs is as loud as any other; silence is left alone and excused in words")
    func loudness() async throws {
      try await Studio.open { studio in
        let bangs = "\(studio.home)/bangs.mkv"
        let pictures = ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=6"]
        let encoding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "flac", "-shortest"]
        try await Footage.run(
          "ffmpeg",
          pictures + [
            "-f", "lavfi", "-i",
            "aevalsrc=0.004*(random(0)-0.5)+if(lt(mod(t\\,1)\\,0.002)\\,0.9*sin(6000*t)\\,0):s=48000:d=6",
          ] + encoding + [bangs])
        let silence = "\(studio.home)/silence.mkv"
        try await Footage.run(
          "ffmpeg", pictures + ["-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo:d=6"] + encoding + [silence])
        try await studio.withEncoder { _ in
          let loud = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: bangs))))
          #expect(loud.failureReason == nil)
          let level = try #require(loud.tracks?.audio.first?.loudness)
          #expect(level.isMet && level.excuse == nil && level.truePeakDBTP ?? 0 < -0.5, "\(level)")
          let quiet = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: silence))))
          #expect(quiet.failureReason == nil)
          #expect(quiet.tracks?.audio.first?.loudness?.excuse?.contains("nothing to hear") == true)
        }
      }
    }
  }
}
