import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("The gate before publishing")
  struct GateTests {
    /// An ffmpeg that, having joined a rung, puts something else of the same length in its place.
    private func tampering(_ filter: String, in folder: String) throws -> String {
      let path = "\(folder)/tampering-ffmpeg"
      try TextFile.write(
        """
        #!/bin/sh
        /usr/bin/ffmpeg "$@" || exit $?
        for last; do :; done
        case "$*" in *"-f concat"*) ;; *) exit 0 ;; esac
        /usr/bin/ffmpeg -nostdin -v error -y -i "$last" -vf '\(filter)' -c:v libx264 -threads 1 -preset ultrafast \\
          -g 25 -keyint_min 25 -sc_threshold 0 -flags +cgop -video_track_timescale 25000 -movie_timescale 25000 \\
          other.mp4
        mv other.mp4 "$last"
        """, to: path)
      chmod(path, 0o755)
      return path
    }

    @Test(
      "A rung that stands still, is black, late, or another film is caught by name, not published, and kept to look at",
      arguments: [
        "loop=loop=-1:size=1:start=0,trim=end_frame=75,setpts=N/25/TB", "drawbox=c=black:t=fill", "negate,vflip",
        "tpad=start=20:start_mode=clone,trim=end_frame=75,setpts=N/25/TB",
      ])
    func caught(filter: String) async throws {
      try await Studio.open(["ENCODING_LEASE_SECONDS": "1", "ENCODING_FAILED_KEPT_SECONDS": "0"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 3, size: "160x90", sound: false)
        let ffmpeg = try tampering(filter, in: studio.home)
        let encoder = try await studio.startEncoder(settings: ["ENCODER_FFMPEG": ffmpeg])
        let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: film))))
        #expect(job.state == .failed)
        #expect(job.failureReason?.hasPrefix("Check quality: 90p ") == true, "\(job.failureReason ?? "none")")
        #expect(studio.published.isEmpty)
        let check = try #require(job.checks?.first { $0.check == "quality 90p" })
        #expect(!check.passed)
        #expect(job.renditions?.first?.quality?.likeness.worstSecondStray ?? 0 > 0.9)
        let evidence = try #require(check.evidence?.first)
        // What is not evidence is swept, what is stays.
        let staging = "\(studio.home)/media/.staging/\(job.id)"
        try await eventually {
          try FileManager.default.contentsOfDirectory(atPath: staging).map { ".staging/\(job.id)/\($0)" } == [evidence]
        }
        #expect(TextFile.size("\(studio.home)/media/\(evidence)/90p.mp4") ?? 0 > 0)
        try await encoder.stop()
      }
    }

    @Test("What is kept to look at goes in the end")
    func retention() async throws {
      let settings = [
        "ENCODING_LEASE_SECONDS": "0.5", "ENCODING_EVIDENCE_SECONDS": "0", "ENCODING_FAILED_KEPT_SECONDS": "0",
      ]
      try await Studio.open(settings) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 2, size: "160x90", sound: false)
        let ffmpeg = try tampering("drawbox=c=black:t=fill", in: studio.home)
        let encoder = try await studio.startEncoder(settings: ["ENCODER_FFMPEG": ffmpeg])
        let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: film))))
        #expect(job.state == .failed)
        try await eventually { studio.staged.isEmpty }
        try await encoder.stop()
      }
    }

    @Test("A film in high definition that says nothing of its colours is compared as it is", arguments: ["tv", "pc"])
    func colours(range: String) async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(
          film, seconds: 1, size: "1280x720", sound: false, more: ["-color_range", range, "-crf", "12"])
        try await studio.withEncoder { _ in
          let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: film))))
          #expect(job.failureReason == nil)
          let best = try #require(job.renditions?.first?.quality)
          #expect(best.ssim.mean > 0.95 && best.likeness.stray < 0.1, "\(best)")
          if let vmaf = best.vmaf { #expect(vmaf.mean > 85, "\(vmaf)") }
        }
      }
    }

    @Test("A film that passes says what was looked at, in SSIM always and in VMAF where the tool is there")
    func passed() async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 3, size: "160x90")
        for tool in [Footage.vmaf, "/nonexistent/ffmpeg"] {
          let encoder = try await studio.startEncoder(settings: ["ENCODER_VMAF": tool])
          let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: film))))
          #expect(job.failureReason == nil)
          #expect(job.checks?.allSatisfy(\.passed) == true)
          let names = Set(job.checks?.map(\.check) ?? [])
          #expect(
            names.isSuperset(of: ["manifests", "images", "frames", "timestamps", "audio", "scenes", "quality 90p"]))
          let rendition = try #require(job.renditions?.first)
          #expect(rendition.bytes ?? 0 > 0 && rendition.constantRateFactor == 23)
          let quality = try #require(rendition.quality)
          #expect(quality.ssim.mean > 0.8 && quality.measuredSeconds == 3 && quality.likeness.stray < 0.5)
          #expect((quality.vmaf != nil) == FileManager.default.fileExists(atPath: tool))
          if let vmaf = quality.vmaf { #expect(vmaf.mean > 50 && vmaf.worstSecond <= vmaf.mean) }
          try await encoder.stop()
        }
      }
    }
  }
}
