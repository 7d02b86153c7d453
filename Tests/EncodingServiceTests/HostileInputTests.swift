import ConfigKit
import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Files that are no films, or worse")
  struct HostileInputTests {
    @Test("Each is refused in words, and nothing of it stays: no process, no file, no asset")
    func refused() async throws {
      try await Studio.open(["ENCODING_LEASE_SECONDS": "5"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 4, size: "160x90", more: ["-movflags", "+faststart"])
        let whole = Array(try #require(FileManager.default.contents(atPath: film)))
        let late = "\(studio.home)/late.mp4"
        try await Footage.film(late, seconds: 4, size: "160x90")
        let moovLast = Array(try #require(FileManager.default.contents(atPath: late)))
        let bomb = "\(studio.home)/bomb.mp4"
        try await Footage.run(
          "ffmpeg",
          ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=black:s=16384x8640:r=1:d=1"]
            + ["-c:v", "mjpeg", "-q:v", "31", "-threads", "1", bomb])
        let secret = "\(studio.home)/secret.txt"
        try TextFile.write("the secret", to: secret)
        let inputs: [(name: String, bytes: [UInt8], word: String)] = [
          ("text.mp4", Array("Call me Ishmael. Some years ago, never mind how long precisely.".utf8), "text"),
          (
            "playlist.mp4",
            Array("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://\(secret)\n#EXT-X-ENDLIST\n".utf8), "playlist"
          ),
          ("concat.mp4", Array("ffconcat version 1.0\nfile '\(secret)'\n".utf8), "list of other files"),
          // A byte-order mark hides the playlist from the first look; the demuxers' list has to hold.
          ("hidden.mp4", [0xEF, 0xBB, 0xBF, 0] + Array("#EXTM3U\n".utf8), "not a film"),
          ("archive.mp4", [0x50, 0x4B, 3, 4] + [UInt8](repeating: 7, count: 500), "ZIP"),
          ("noise.mp4", (0..<5000).map { UInt8(truncatingIfNeeded: ($0 * 7919) >> 3) | 0x80 }, "not a film"),
          ("truncated.mp4", Array(whole.prefix(whole.count * 6 / 10)), "cut short"),
          ("headless.mp4", Array(moovLast.prefix(moovLast.count / 2)), "cut short"),
          ("bomb.mp4", Array(try #require(FileManager.default.contents(atPath: bomb))), "pixels"),
          ("../../etc/passwd\n<b>\u{202E}gpj.mp4", Array("root:x:0:0\n".utf8), "text"),
        ]
        try await studio.withEncoder { encoder in
          for input in inputs {
            let job = try await studio.encode(input.bytes, name: input.name)
            #expect(job.state == .failed, "\(input.name)")
            #expect(job.failureReason?.contains(input.word) == true, "\(input.name): \(job.failureReason ?? "")")
            #expect(job.failureReason?.contains("secret") == false)
            #expect(job.tasks?.filter { $0.kind == .probe }.first?.attempts == 1)
          }
          try await eventually { studio.staged.isEmpty }
          #expect(studio.published.isEmpty)
          #expect(try await studio.events().contains("encoding.job.failed.v1"))
          // The encoder is none the worse for it.
          let job = try await studio.encode(whole)
          #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(3))")
        }
        #expect(try leftovers(in: studio.home).isEmpty)
      }
    }

    /// Processes that still have a file below `folder` on their command line.
    private func leftovers(in folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { process in
        guard let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return nil }
        let line = String(decoding: data, as: UTF8.self)
        return line.contains(folder) ? line : nil
      }
    }

    @Test("Without bubblewrap nothing is opened, unless the setting says so")
    func sandbox() async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 2, size: "160x90", sound: false)
        let strict = try await TestService.start(
          EncoderModule.self,
          settings: [
            "ENCODING_URL": studio.encoding.baseURL, "ENCODER_MEDIA_FOLDER": "\(studio.home)/media",
            "ENCODER_PACKAGER": Footage.packager, "ENCODER_BUBBLEWRAP": "/nonexistent/bwrap",
          ], keys: studio.encoding.keys, awaitsReadiness: false)
        #expect(try await strict.get("/readyz").status == 503)
        // Said once, by the encoder itself; the log of requests gives it as the reason of each 503 besides.
        let said = strict.log.lines.filter { $0.contains(" ERROR encoder: bubblewrap cannot be used") }
        #expect(said.count == 1, "\(strict.log.lines)")
        try await strict.stop()

        let open = try await studio.startEncoder(
          settings: ["ENCODER_BUBBLEWRAP": "/nonexistent/bwrap", "ENCODER_SANDBOX": "off"])
        let job = try await studio.encode(Array(try #require(FileManager.default.contents(atPath: film))))
        #expect(job.failureReason == nil)
        try await open.stop()
      }
    }

    @Test("An encoder whose ffmpeg does not say what it can do is not ready, and says why")
    func silentTool() async throws {
      try await Studio.open { studio in
        let silent = "\(studio.home)/ffmpeg"
        try TextFile.write("#!/bin/sh\n[ \"$1\" = -version ] || { echo broken >&2; exit 3; }\n", to: silent)
        #expect(chmod(silent, 0o755) == 0)
        let encoder = try await TestService.start(
          EncoderModule.self,
          settings: [
            "ENCODING_URL": studio.encoding.baseURL, "ENCODER_MEDIA_FOLDER": "\(studio.home)/media",
            "ENCODER_PACKAGER": Footage.packager, "ENCODER_FFMPEG": silent,
          ], keys: studio.encoding.keys, awaitsReadiness: false)
        #expect(try await encoder.get("/readyz").status == 503)
        let said = encoder.log.lines.filter { $0.contains("does not say which encoders it has") }
        #expect(said.contains { $0.contains("broken") }, "\(encoder.log.lines)")
        try await encoder.stop()
      }
    }

    @Test("Inside, a program sees its film and nothing else")
    func walls() async throws {
      try await withTemporaryFolder("walls") { folder in
        let secret = "\(folder)/secret"
        let film = "\(folder)/film"
        try TextFile.write("hidden", to: secret)
        try TextFile.write("film", to: film)
        let settings = try EncoderSettings(
          .init(environment: ["MATINEE_ENCODER_PACKAGER": Footage.packager]), home: folder)
        let sandbox = try await Sandbox(settings, tools: [])
        func succeeds(_ script: String) async throws -> Bool {
          try await Subprocess.run(
            sandbox.command("/usr/bin/sh", ["-c", script], folders: WorkFolders(source: film)), timeLimit: .seconds(10)
          ).isSuccess
        }
        #expect(try await succeeds("test \"$(cat /source)\" = film"))
        #expect(try await succeeds("cat \(secret)") == false)
        #expect(try await succeeds("cat /etc/passwd") == false)
        #expect(try await succeeds("echo x > /source") == false)
        #expect(try await succeeds("echo x > /tmp-file") == false)
        #expect(try await succeeds("test -z \"$HOME$PATH_SECRET\"; test ! -e /proc/1/root"))
        #expect(try await succeeds("! ls /sys/class/net/eth0 2>/dev/null"))
      }
    }
  }
}
