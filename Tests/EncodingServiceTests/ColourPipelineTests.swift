import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Colours, rates and shapes that real films have")
  struct ColourPipelineTests {
    private static let pictures = ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2"]

    private func encode(_ path: String, in studio: Studio) async throws -> (job: EncodingJob, asset: String) {
      let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: path))))
      try #require(job.failureReason == nil, "\(job.failureReason ?? "")")
      return (job, "\(studio.home)/media/\(try #require(job.assetId))")
    }

    private func tags(_ asset: String, rung: String = "180p") async throws -> String {
      try await Footage.run(
        "ffprobe",
        [
          "-v", "error", "-select_streams", "v:0", "-show_entries",
          "stream=pix_fmt,color_range,color_space,color_transfer,color_primaries", "-of", "csv=p=0",
          "\(asset)/video/\(rung)/playlist.m3u8",
        ]
      ).split(separator: "\n").last.map(String.init) ?? ""
    }

    @Test(
      "High dynamic range comes out as what an ordinary screen shows, and says so",
      arguments: ["smpte2084", "arib-std-b67"])
    func highDynamicRange(transfer: String) async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/hdr.mp4"
        try await Footage.run(
          "ffmpeg",
          Self.pictures + [
            "-vf",
            "scale=out_color_matrix=bt709,format=yuv420p,"
              + "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv,"
              + "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt2020:t=\(transfer):m=bt2020nc:r=tv:npl=203,"
              + "format=yuv420p10le", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
            "log-level=error:pools=none:colorprim=bt2020:transfer=\(transfer):colormatrix=bt2020nc", film,
          ])
        try await studio.withEncoder { _ in
          let (job, asset) = try await encode(film, in: studio)
          #expect(job.film?.colour.isHighDynamicRange == true && job.film?.colour.bitDepth == 10)
          #expect(job.film?.conformReason == "it is in high dynamic range")
          #expect(try await tags(asset) == "yuv420p,tv,bt709,bt709,bt709")
          let likeness = try await likeness(of: "\(asset)/video/180p/playlist.m3u8")
          let unconverted = try await self.likeness(of: film)
          // The bends of bright colours are wanted; taking the numbers as they are is what must not happen.
          #expect(likeness > unconverted + 3 && likeness > 12, "\(likeness) dB, unconverted \(unconverted) dB")
        }
      }
    }

    /// PSNR in RGB against what the pictures were before they were made high in dynamic range.
    private func likeness(of film: String) async throws -> Double {
      let said = try await Footage.run(
        "sh",
        [
          "-c",
          "ffmpeg -nostdin -hide_banner -i \(film) -f lavfi -i testsrc2=s=320x180:r=25:d=2 -lavfi "
            + "'[0:v]scale=in_color_matrix=bt709,format=gbrp,settb=1/25,setpts=N[a];"
            + "[1:v]format=gbrp,settb=1/25,setpts=N[b];"
            + "[a][b]psnr' -f null - 2>&1 | grep -o 'average:[0-9.]*'",
        ])
      return try #require(said.split(separator: ":").last.flatMap { Double($0) })
    }

    @Test("Ten bits, 4:2:2, full range and RGB are taken; tags tell the truth of the colours")
    func formats() async throws {
      try await Studio.open { studio in
        let sources: [(name: String, arguments: [String], tags: String)] = [
          (
            "pal",
            [
              "-pix_fmt", "yuv422p10le", "-colorspace", "bt470bg", "-color_primaries", "bt470bg", "-color_trc", "bt709",
            ],
            "yuv420p,tv,bt470bg,smpte170m,bt470bg"
          ),
          (
            "full",
            ["-pix_fmt", "yuvj420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"],
            "yuv420p,tv,bt709,bt709,bt709"
          ),
          ("untold", ["-pix_fmt", "yuv444p"], "yuv420p,tv,bt470bg,smpte170m,bt470bg"),
        ]
        try await studio.withEncoder { _ in
          for source in sources {
            let film = "\(studio.home)/\(source.name).mp4"
            try await Footage.run(
              "ffmpeg", Self.pictures + ["-c:v", "libx264", "-preset", "ultrafast"] + source.arguments + [film])
            let (job, asset) = try await encode(film, in: studio)
            #expect(try await tags(asset) == source.tags, "\(source.name)")
            #expect(job.film?.conformReason == nil)
          }
          let film = "\(studio.home)/rgb.mkv"
          try await Footage.run("ffmpeg", Self.pictures + ["-pix_fmt", "gbrp", "-c:v", "ffv1", film])
          let (_, asset) = try await encode(film, in: studio)
          #expect(try await tags(asset) == "yuv420p,tv,bt709,bt709,bt709")
          #expect(try await likeness(of: "\(asset)/video/180p/playlist.m3u8") > 22)
        }
      }
    }

    @Test(
      "Every usual rate comes out picture by picture", arguments: ["24000/1001", "30000/1001", "50", "60000/1001"])
    func rates(rate: String) async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 2, size: "160x90", rate: rate)
        let frames = try await Footage.pictures(film).count
        try await studio.withEncoder { _ in
          let (job, asset) = try await encode(film, in: studio)
          #expect(job.film?.frameRate.description == rate && job.film?.conformReason == nil)
          #expect(try await Footage.pictures("\(asset)/video/90p/playlist.m3u8").count == frames)
        }
      }
    }

    @Test("A film that was filmed sideways is published upright")
    func rotated() async throws {
      try await Studio.open { studio in
        let (plain, turned) = ("\(studio.home)/plain.mp4", "\(studio.home)/turned.mp4")
        try await Footage.film(plain, seconds: 2, size: "160x90", sound: false)
        try await Footage.run(
          "ffmpeg", ["-nostdin", "-v", "error", "-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=90", turned])
        try await studio.withEncoder { _ in
          let (job, _) = try await encode(turned, in: studio)
          #expect(job.film?.rotationDegrees == 270)
          #expect(job.renditions?.first.map { "\($0.width)x\($0.height)" } == "90x160")
        }
      }
    }
  }
}
