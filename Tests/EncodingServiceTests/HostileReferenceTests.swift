import ConfigKit
import Contract
import EncodingAPI
import Foundation
import Synchronization
import TestKit
import Testing

@testable import EncoderService

/// A port that nobody must call.
private final class QuietPort: Sendable {
  private let descriptor: Int32
  let port: Int

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let socket = descriptor
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, length) == 0 && listen(socket, 16) == 0 && getsockname(socket, address, &length) == 0
      }
    }
    port = Int(in_port_t(bigEndian: address.sin_port))
    guard result else { throw FileFault("bind", "127.0.0.1") }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit { close(descriptor) }

  /// Whether anyone has called since the last look.
  func wasCalled() -> Bool {
    let caller = accept(descriptor, nil, nil)
    guard caller >= 0 else { return false }
    close(caller)
    return true
  }
}

extension FilmTests {
  @Suite("Files that point elsewhere")
  struct HostileReferenceTests {
    private func inputs(port: Int, secret: String) -> [(name: String, text: String)] {
      let address = "http://127.0.0.1:\(port)/segment.ts"
      let playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n\(address)\n#EXTINF:5,\nfile://\(secret)\n"
      return [
        ("playlist.mp4", playlist + "#EXT-X-ENDLIST\n"),
        ("variants.mp4", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n\(address)\n"),
        ("list.mp4", "ffconcat version 1.0\nfile '\(address)'\nfile '\(secret)'\nfile '/etc/passwd'\n"),
        (
          "session.mp4",
          "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video \(port) RTP/AVP 96\n"
        ),
        ("manifest.mp4", "<?xml version=\"1.0\"?><MPD><BaseURL>\(address)</BaseURL></MPD>"),
        ("redirect.mp4", "[Reference]\nRef1=\(address)\n"),
        ("stream.mp4", "#!AMR\n\(address)\n"),
      ]
    }

    @Test("Nobody is called and no other file is read, whatever an uploaded file names")
    func uploaded() async throws {
      try await Studio.open { studio in
        let quiet = try QuietPort()
        let secret = "\(studio.home)/secret.ts"
        try await Footage.film(secret, seconds: 2, size: "160x90", more: ["-f", "mpegts"])
        try await studio.withEncoder { _ in
          for input in inputs(port: quiet.port, secret: secret) {
            let job = try await studio.encode(Array(input.text.utf8), name: input.name)
            #expect(job.state == .failed, "\(input.name)")
            #expect(job.failureReason?.contains("secret") == false && job.durationSeconds == nil)
          }
          try await eventually { studio.staged.isEmpty }
        }
        #expect(!quiet.wasCalled() && studio.published.isEmpty)
      }
    }

    @Test("Even without the first look and without walls, the lists given to ffmpeg hold")
    func lists() async throws {
      try await withTemporaryFolder("lists") { folder in
        let quiet = try QuietPort()
        let secret = "\(folder)/secret.ts"
        try await Footage.film(secret, seconds: 2, size: "160x90", more: ["-f", "mpegts"])
        let settings = try EncoderSettings(
          .init(environment: ["MATINEE_ENCODER_PACKAGER": Footage.packager, "MATINEE_ENCODER_SANDBOX": "off"]),
          home: folder)
        let tools = try await Toolbox(settings)
        func probe(_ file: String, _ guards: [String]) async throws -> (isSuccess: Bool, said: String) {
          let lines = Mutex("")
          let end = try await tools.run(
            .ffprobe, on: WorkFolders(source: file), timeLimit: .seconds(20),
            onLine: { line in lines.withLock { $0 += line } }
          ) { seen in
            ["-v", "error"] + guards + ["-of", "csv", "-show_streams", "file:\(seen.source ?? "")"]
          }
          return (end.isSuccess, lines.withLock { $0 })
        }
        for input in inputs(port: quiet.port, secret: secret) {
          let file = "\(folder)/\(input.name)"
          try TextFile.write(input.text, to: file)
          let (isSuccess, said) = try await probe(file, FFmpegArguments.guarded(limits: SourceLimits()))
          #expect(!isSuccess && said.isEmpty, "\(input.name): \(said)")
        }
        #expect(!quiet.wasCalled())
        // That there is something to guard against: without the lists the playlist does call.
        let open = ["-protocol_whitelist", "file,http,tcp", "-rw_timeout", "300000"]
        _ = try await probe("\(folder)/variants.mp4", open)
        #expect(quiet.wasCalled())
      }
    }
  }

  @Suite("Files with strange names")
  struct HostileNameTests {
    @Test("A film whose extension lies is taken for what it is")
    func extensions() async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mkv"
        try await Footage.film(film, seconds: 2, size: "160x90", sound: false)
        let bytes = Array(try #require(FileManager.default.contents(atPath: film)))
        try await studio.withEncoder { _ in
          for name in ["film.mp3", "film.m3u8", "film.txt", "film"] {
            let job = try await studio.encode(bytes, name: name)
            #expect(job.state == .succeeded && job.sourceName == name, "\(name): \(job.failureReason ?? "")")
          }
        }
      }
    }

    @Test("Names by path are names, not patterns, options or addresses")
    func paths() async throws {
      try await Studio.open { studio in
        let sources = "\(studio.home)/sources"
        let names = [
          "-i.mp4", "a\nb.mp4", "frame-%03d.mp4", "concat:x|y.mp4", "[?] 'q' \"d\" $(x);.mp4", "Fïlm \u{1F3AC}.mp4",
        ]
        try FolderMediaStore.makeFolders("\(sources)/sub")
        try await Footage.film("\(sources)/sub/film.mp4", seconds: 2, size: "160x90", sound: false)
        try await studio.withEncoder { _ in
          for name in names {
            try FileManager.default.copyItem(atPath: "\(sources)/sub/film.mp4", toPath: "\(sources)/\(name)")
            let id = try await studio.createJob(JobSource(path: "\(sources)/\(name)")).id
            let job = try await studio.end(of: id)
            #expect(job.state == .succeeded && job.sourceName == name, "\(name): \(job.failureReason ?? "")")
          }
        }
      }
    }

    @Test("An empty file by path is refused in words")
    func empty() async throws {
      try await Studio.open { studio in
        let sources = "\(studio.home)/sources"
        try FolderMediaStore.makeFolders(sources)
        try TextFile.write("", to: "\(sources)/empty.mp4")
        try await studio.withEncoder { _ in
          let job = try await studio.end(of: studio.createJob(JobSource(path: "\(sources)/empty.mp4")).id)
          #expect(job.state == .failed && job.failureReason == "The file is empty.")
        }
      }
    }
  }
}
