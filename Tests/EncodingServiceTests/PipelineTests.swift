import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("From a film file to published CMAF")
  struct PipelineTests {
    private func probe(_ arguments: [String]) async throws -> String {
      try await Footage.run("ffprobe", ["-v", "error"] + arguments)
    }

    @Test("A film with sound and cuts is published, whole and verified, by two encoders")
    func wholePipeline() async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 7, size: "480x270", rate: "30000/1001")
        let frames = try await Footage.pictures(film).count
        let first = try await studio.startEncoder("encoder-1")
        let second = try await studio.startEncoder("encoder-2")
        do {
          let upload = try await studio.uploaded(film)
          let job = try await studio.end(of: studio.createJob(JobSource(uploadId: upload.id)).id)
          #expect(job.failureReason == nil)
          #expect(job.state == .succeeded && job.progress == 1)
          #expect(job.renditions?.map { "\($0.width)x\($0.height)" } == ["480x270", "416x234"])
          #expect(job.renditions?.allSatisfy { $0.averageBitrateKbps ?? 0 > 0 && $0.frameRate == "30000/1001" } == true)
          let cost = job.tasks?.first { $0.kind == .encode }?.usage
          #expect(cost.map { $0.cpuSeconds > 0 && $0.peakMemoryBytes > 1 << 20 } == true)
          let encoders = Set(job.tasks?.compactMap(\.encoder) ?? [])
          #expect(encoders == ["encoder-1", "encoder-2"])

          let asset = "\(studio.home)/media/\(try #require(job.assetId))"
          try await verify(asset, frames: frames, heights: [270, 234])
          #expect(try await studio.events().contains("encoding.asset.published.v1"))
          // What was on its way is swept.
          try await eventually { studio.staged.isEmpty }
          let name = try #require(job.assetId).description
          #expect(studio.published == [name])
        } catch {
          Issue.record("\((first.log.lines + second.log.lines + studio.encoding.log.lines).joined(separator: "\n"))")
          try? await first.stop()
          try? await second.stop()
          throw error
        }
        try await first.stop()
        try await second.stop()
      }
    }

    @Test("A film whose eleventh segment is the largest is announced with its rate")
    func eleventhSegment() async throws {
      try await Studio.open { studio in
        try await studio.withEncoder { _ in
          let film = "\(studio.home)/film.mp4"
          // Thirteen segments of two seconds, all but the eleventh grey.
          try await Footage.film(
            film, seconds: 26, size: "160x90", sound: false,
            more: ["-vf", "drawbox=t=fill:c=gray:enable='not(between(t,20,22))',format=yuv420p"])
          let job = try await studio.end(of: studio.createJob(JobSource(uploadId: studio.uploaded(film).id)).id)
          #expect(job.failureReason == nil)
          let asset = "\(studio.home)/media/\(try #require(job.assetId))"
          let variant = try #require(HLSMasterPlaylist(try TextFile.read("\(asset)/master.m3u8")).variants.first)
          let folder = "\(asset)/\(variant.address.replacing("/playlist.m3u8", with: ""))"
          let sizes = (1...11).compactMap { TextFile.size("\(folder)/\(String(format: "%05d", $0)).m4s") }
          #expect(sizes.count == 11 && (sizes.last ?? 0) > 10 * (sizes.first ?? 0))
          #expect(variant.bandwidth >= (sizes.last ?? 0) * 8 / 2)
        }
      }
    }

    /// With tools that are not the encoder's own check: ffprobe on the manifests, as a player would read them.
    private func verify(_ asset: String, frames: Int, heights: [Int]) async throws {
      for height in heights {
        let playlist = "\(asset)/video/\(height)p/playlist.m3u8"
        let count = try await probe(
          [
            "-count_packets", "-select_streams", "v:0", "-show_entries", "stream=height,nb_read_packets", "-of",
            "csv=p=0", playlist,
          ])
        #expect(count.split(separator: "\n").last.map(String.init) == "\(height),\(frames)")
        let decoded = try await Footage.pictures(playlist)
        #expect(decoded.count == frames)
      }
      let sound = try await probe(
        [
          "-show_entries", "stream=codec_name,channels,sample_rate", "-of", "csv=p=0",
          "\(asset)/audio/und/playlist.m3u8",
        ])
      #expect(sound.contains("aac,48000,2"))
      let master = try String(contentsOfFile: "\(asset)/\(MediaLayout.hlsManifest)", encoding: .utf8)
      #expect(HLSMasterPlaylist(master).variants.count == heights.count)
      #expect(!master.contains("FRAME-RATE=0."))
      for name in [MediaLayout.dashManifest, MediaLayout.poster, MediaLayout.storyboard, "storyboard-001.jpg"] {
        #expect(TextFile.size("\(asset)/\(name)") ?? 0 > 0, "\(name)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(asset)/output.json"))
    }

    @Test("Loudness comes out at −23 LUFS")
    func loudness() async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 6, size: "160x90")
        try await studio.withEncoder { _ in
          let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: film))))
          #expect(job.failureReason == nil)
          let asset = "\(studio.home)/media/\(try #require(job.assetId))"
          let summary = try await Footage.run(
            "sh",
            [
              "-c",
              "ffmpeg -nostdin -hide_banner -nostats -i \(asset)/audio/und/playlist.m3u8 -af ebur128 -f null - 2>&1",
            ])
          let integrated = summary.components(separatedBy: "I:").last?.split(separator: " ").first.flatMap {
            Double($0)
          }
          let level = try #require(integrated)
          #expect(abs(level + 23) < 1)
        }
      }
    }

    @Test(
      "Silent, variable, interlaced, transport-stream and portrait films are handled",
      arguments: ["silent", "variable", "interlaced", "transport", "portrait"])
    func shapes(kind: String) async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.\(kind == "transport" ? "ts" : kind == "variable" ? "mkv" : "mp4")"
        switch kind {
        case "silent": try await Footage.film(film, seconds: 3, size: "160x90", sound: false)
        case "variable":
          try await Footage.film(
            film, seconds: 4, size: "160x90",
            more: ["-bf", "0", "-fps_mode", "passthrough", "-bsf:v", "setts=ts=if(gt(N\\,40)\\,TS+(N-40)*7\\,TS)"])
        case "interlaced":
          try await Footage.film(
            film, seconds: 3, size: "160x96", more: ["-flags", "+ilme+ildct", "-x264-params", "tff=1"])
        case "portrait": try await Footage.film(film, seconds: 3, size: "90x160")
        default: try await Footage.film(film, seconds: 4, size: "160x90")
        }
        try await studio.withEncoder { encoder in
          let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: film))))
          #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(5))")
          #expect(job.state == .succeeded)
          let kinds = Set(job.tasks?.map(\.kind) ?? [])
          #expect(kinds.contains(.conform) == ["variable", "interlaced", "transport"].contains(kind))
          #expect(kinds.contains(.audio) == (kind != "silent"))
          if kind == "portrait" { #expect(job.renditions?.first.map { $0.height > $0.width } == true) }
          if kind == "silent" {
            let master = try String(
              contentsOfFile: "\(studio.home)/media/\(try #require(job.assetId))/\(MediaLayout.hlsManifest)",
              encoding: .utf8)
            #expect(!master.contains("TYPE=AUDIO"))
          }
        }
      }
    }

    @Test("An encoder told to stop in mid-chunk gives its task back, and another finishes the job")
    func stopped() async throws {
      // The lease is far longer than the wait below: only what was given back can be ready again.
      let settings = ["ENCODING_GROUP_SECONDS": "10", "ENCODING_PRESET": "slow", "ENCODING_LEASE_SECONDS": "600"]
      try await Studio.open(settings) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 8, size: "640x360")
        let upload = try await studio.uploaded(film)
        let first = try await studio.startEncoder("first")
        let id = try await studio.createJob(JobSource(uploadId: upload.id)).id
        try await eventually {
          try await studio.job(id).tasks?.contains { $0.kind == .encode && $0.state == .leased } == true
        }
        try await first.stop()
        // Given back at once, not after its lease has run out, and not counted as an attempt.
        let task = try #require(try await studio.job(id).tasks?.first { $0.kind == .encode })
        #expect(task.state == .ready && task.attempts == 0)
        try await studio.withEncoder { _ in
          let job = try await studio.end(of: id)
          #expect(job.failureReason == nil)
          #expect(job.state == .succeeded)
          #expect(job.tasks?.filter { $0.kind == .probe }.first?.encoder == "first")
        }
      }
    }

    @Test("A cancelled job ends its running program and leaves nothing behind")
    func cancelled() async throws {
      try await Studio.open([
        "ENCODING_GROUP_SECONDS": "10", "ENCODING_PRESET": "slower", "ENCODING_LEASE_SECONDS": "1",
      ]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 8, size: "640x360")
        let upload = try await studio.uploaded(film)
        try await studio.withEncoder { _ in
          let id = try await studio.createJob(JobSource(uploadId: upload.id)).id
          try await eventually {
            try await studio.job(id).tasks?.contains { $0.kind == .encode && $0.state == .leased } == true
          }
          let job = try await studio.encoding.transport.call(
            EncodingEndpoints.cancelJob, JobPath(job: id), in: studio.context())
          #expect(job.state == .cancelled && job.failureReason == nil)
          try await eventually { studio.staged.isEmpty }
          #expect(studio.published.isEmpty)
        }
      }
    }
  }
}
