import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Seams between chunks")
  struct SeamTests {
    /// The very arguments of the encoder, made lossless: then the joined chunks must be the whole, picture by picture.
    private func lossless(_ arguments: [String]) -> [String] {
      var result: [String] = []
      var index = 0
      while index < arguments.count {
        switch arguments[index] {
        case "-crf":
          result += ["-qp", "0"]
          index += 2
        case "-profile:v", "-maxrate", "-bufsize", "-rc_init_occupancy":
          index += 2
        default:
          result.append(arguments[index])
          index += 1
        }
      }
      return result
    }

    @Test(
      "Chunks encoded apart and joined are the whole film, picture by picture",
      arguments: [("25", "mp4"), ("30000/1001", "mp4"), ("30000/1001", "mkv"), ("24000/1001", "mov")])
    func seams(rate: String, container: String) async throws {
      try await withTemporaryFolder("seams") { folder in
        let film = "\(folder)/film.\(container)"
        try await Footage.film(film, seconds: 5, size: "160x90", rate: rate, more: ["-x264-params", "open-gop=1"])
        let whole = try await Footage.pictures(film)
        let parts = rate.split(separator: "/").compactMap { Int($0) }
        let frameRate = FrameRate(parts[0], parts.count > 1 ? parts[1] : 1)
        let start =
          Double(
            try await Footage.run(
              "ffprobe",
              ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=start_time", "-of", "csv=p=0", film]
            )
            .trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        let plan = FilmPlan(
          frameRate: frameRate, frameCount: whole.count, groupFrames: 12, segmentFrames: 24, firstPictureSeconds: start,
          rungs: [Rung(name: "90p", width: 160, height: 90, constantRateFactor: 0, maximumBitrateKbps: 1000)],
          preset: "ultrafast", audio: [])
        var chunks: [String] = []
        for (number, range) in JobPlan.chunks(of: whole.count, by: 36, segment: 36).enumerated() {
          let chunk = ChunkEncoding(
            plan: plan, firstFrame: range.lowerBound, frameCount: range.count, firstPictureSeconds: start,
            limits: SourceLimits())
          let output = "\(folder)/\(number)"
          try FolderMediaStore.makeFolders(output)
          try await Footage.run("env", ["--chdir=\(output)", "ffmpeg"] + lossless(chunk.arguments(input: film)))
          #expect(MP4Index(path: "\(output)/90p.mp4")?.sampleCount == range.count)
          chunks.append("\(number)")
        }
        #expect(chunks.count >= 3)
        let joining = ChunkJoining(rung: plan.rungs[0], frameRate: frameRate)
        try TextFile.write(joining.list(staging: folder, folders: chunks), to: "\(folder)/list")
        try await Footage.run("env", ["--chdir=\(folder)", "ffmpeg"] + joining.arguments(list: "\(folder)/list"))
        let joined = "\(folder)/90p.mp4"
        #expect(try await Footage.pictures(joined) == whole)

        // Every picture lasts exactly one tick of the rate: no gap and no overlap at a seam.
        let times = try await Footage.run(
          "ffprobe", ["-v", "error", "-show_entries", "packet=pts", "-of", "csv=p=0", joined]
        ).split(separator: "\n").compactMap { Int($0.prefix { $0.isNumber }) }.sorted()
        let step = frameRate.timescale * frameRate.denominator / frameRate.numerator
        #expect(times == (0..<whole.count).map { $0 * step })
      }
    }

    /// Where one encode of the whole has its buffer all but empty, a chunk that takes it for nearly full (0.9) gets
    /// that much too much: 0.87 of a buffer for x264, 0.27 for x265.
    @Test(
      "Each chunk of a film that fills its cap costs little more than its part of one encode of the whole",
      arguments: [(VideoCodec.h264, 0.6), (.hevc, 0.2)])
    func capped(codec: VideoCodec, buffers: Double) async throws {
      try await withTemporaryFolder("capped") { folder in
        let film = "\(folder)/film.mp4"
        let noise = "testsrc2=size=160x90:rate=25,noise=alls=20:allf=t:all_seed=3"
        try await Footage.run(
          "ffmpeg",
          ["-v", "error", "-f", "lavfi", "-i", noise, "-t", "48"]
            + ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", film])
        let rung = Rung(
          name: "90p", codec: codec, width: 160, height: 90, constantRateFactor: 20, maximumBitrateKbps: 300)
        let plan = FilmPlan(
          frameRate: FrameRate(25, 1), frameCount: 1200, groupFrames: 50, segmentFrames: 50, firstPictureSeconds: 0,
          rungs: [rung], preset: "ultrafast", audio: [])
        func bytes(chunksOf length: Int) async throws -> Int {
          var sum = 0
          for (number, range) in JobPlan.chunks(of: 1200, by: length, segment: length).enumerated() {
            let chunk = ChunkEncoding(
              plan: plan, codec: codec, firstFrame: range.lowerBound, frameCount: range.count, firstPictureSeconds: 0,
              limits: SourceLimits())
            let output = "\(folder)/\(length)-\(number)"
            try FolderMediaStore.makeFolders(output)
            try await Footage.run("env", ["--chdir=\(output)", "ffmpeg"] + chunk.arguments(input: film))
            sum += try FileManager.default.attributesOfItem(atPath: "\(output)/90p.mp4")[.size] as? Int ?? 0
          }
          return sum
        }
        let (whole, chunks) = (try await bytes(chunksOf: 1200), try await bytes(chunksOf: 300))
        let bufferBytes = Double(rung.maximumBitrateKbps) * 2000 / 8
        #expect(Double(chunks - whole) / 3 < buffers * bufferBytes)
      }
    }

    @Test("A truncated file has no index, or one that tells of too few pictures")
    func truncated() async throws {
      try await withTemporaryFolder("index") { folder in
        try await Footage.film("\(folder)/film.mp4", seconds: 2, size: "160x90", sound: false)
        #expect(MP4Index(path: "\(folder)/film.mp4")?.sampleCount == 50)
        #expect(abs((MP4Index(path: "\(folder)/film.mp4")?.durationSeconds ?? 0) - 2) < 0.001)
        let bytes = try #require(FileManager.default.contents(atPath: "\(folder)/film.mp4"))
        for share in [0.1, 0.5, 0.9, 0.99] {
          try bytes.prefix(Int(Double(bytes.count) * share)).write(to: URL(fileURLWithPath: "\(folder)/cut.mp4"))
          #expect(MP4Index(path: "\(folder)/cut.mp4") == nil)
        }
      }
    }
  }
}
