import ClientKit
import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("Codec sets")
struct CodecSetTests {
  private let ladder = RenditionLadder.rungs(
    width: 1920, height: 1080, frameRate: FrameRate(25), constantRateFactor: 23)

  @Test("A further codec has H.264's sizes, a scale of its own and a lower cap", arguments: [VideoCodec.hevc, .av1])
  func further(codec: VideoCodec) {
    let rungs = JobPlan.Parameters().codecSet(codec).rungs(like: ladder)
    #expect(rungs.map(\.width) == ladder.map(\.width) && rungs.allSatisfy { $0.codec == codec })
    #expect(rungs.map(\.name) == ladder.map { "\(codec)-\($0.name)" })
    for (rung, like) in zip(rungs, ladder) {
      #expect(rung.maximumBitrateKbps < like.maximumBitrateKbps || like.maximumBitrateKbps <= 60)
      #expect(rung.constantRateFactor > like.constantRateFactor)
      #expect(MediaLayout.renditionHeight(of: "\(MediaNames.folder(rung))/x") == min(rung.width, rung.height))
    }
  }

  @Test("Pictures smaller than an encoder takes are left to H.264")
  func tiny() {
    let small = RenditionLadder.rungs(width: 96, height: 48, frameRate: FrameRate(25), constantRateFactor: 23)
    #expect(small.count == 1)
    #expect(JobPlan.Parameters().codecSet(.av1).rungs(like: small).isEmpty)
  }

  @Test("A plan stored before there were codecs is H.264's")
  func oldPlan() throws {
    let stored = #"{"name":"720p","width":1280,"height":720,"constantRateFactor":23,"maximumBitrateKbps":2700}"#
    let rung = try JSON.decode(Rung.self, from: Array(stored.utf8))
    #expect(rung.codec == .h264 && rung.preset == nil)
  }

  @Test(
    "Codecs without H.264, or named twice, are refused by field", arguments: [[VideoCodec.av1], [.h264, .h264], []])
  func refused(codecs: [VideoCodec]) async throws {
    try await Studio.open { studio in
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      var options = JobOptions()
      options.codecs = codecs
      do {
        _ = try await studio.createJob(JobSource(uploadId: upload.id), options: options)
        Issue.record("not refused")
      } catch let problem as Problem {
        #expect(problem.status == 422 && problem.errors?.first?.field == "options.codecs")
      }
    }
  }
}

extension FilmTests {
  @Suite("Films in several codecs")
  struct CodecTests {
    @Test("One film in H.264, HEVC and AV1: same pictures, same segments, each by its name in both manifests")
    func allCodecs() async throws {
      try await Studio.open(["ENCODING_HEVC_PRESET": "ultrafast", "ENCODING_AV1_PRESET": "12"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 3, size: "160x90")
        try await studio.withEncoder { encoder in
          var options = JobOptions()
          options.codecs = [.av1, .h264, .hevc]
          let upload = try await studio.uploaded(film)
          let job = try await studio.end(of: studio.createJob(JobSource(uploadId: upload.id), options: options).id)
          #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(5))")
          #expect(job.renditions?.map(\.name) == ["90p", "hevc-90p", "av1-90p"])
          #expect(job.renditions?.map(\.codec) == [.h264, .hevc, .av1])
          #expect(job.tasks?.filter { $0.kind == .encode }.count == 6)
          #expect(job.tasks?.filter { $0.kind == .join }.count == 3)
          let asset = "\(studio.home)/media/\(try #require(job.assetId))"
          try await verify(asset)
        }
      }
    }

    /// By ffprobe and by decoding, and by what the manifests say.
    private func verify(_ asset: String) async throws {
      var starts: [[String]] = []
      for (name, kind, tag) in [("90p", "h264", "avc1"), ("hevc-90p", "hevc", "hvc1"), ("av1-90p", "av1", "av01")] {
        let playlist = "\(asset)/video/\(name)/playlist.m3u8"
        let stream = try await Footage.run(
          "ffprobe",
          ["-v", "error", "-show_entries", "stream=codec_name,codec_tag_string", "-of", "csv=p=0"]
            + ["\(asset)/video/\(name)/init.mp4"])
        #expect(stream.contains("\(kind),\(tag)"), "\(stream)")
        #expect(try await Footage.pictures(playlist).count == 75)
        let keys = try await Footage.run(
          "ffprobe", ["-v", "error", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", playlist]
        ).split(separator: "\n").filter { $0.contains("K") }.compactMap {
          $0.split(separator: ",").first.map(String.init)
        }
        starts.append(keys)
        #expect(HLSMediaPlaylist(try TextFile.read(playlist)).segments.map(\.durationSeconds) == [2, 1])
      }
      #expect(starts[0].count == 3 && starts[1] == starts[0] && starts[2] == starts[0])
      let master = HLSMasterPlaylist(try TextFile.read("\(asset)/\(MediaLayout.hlsManifest)"))
      #expect(master.variants.map { String($0.codecs.prefix(4)) } == ["avc1", "hvc1", "av01"])
      let dash = try TextFile.read("\(asset)/\(MediaLayout.dashManifest)")
      #expect(dash.components(separatedBy: "<AdaptationSet ").count - 1 == 4)
      for codec in ["avc1", "hvc1", "av01"] { #expect(dash.contains("codecs=\"\(codec)"), "\(codec)") }
    }
  }
}
