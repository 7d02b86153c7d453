import ClientKit
import Contract
import EncodingAPI
import Foundation
import NIOCore
import SecurityKit
import Synchronization
import TestKit
import Testing

@testable import EncoderService

/// Gives one file the way encoding does, and can be told to fail.
private final class FilmServer: StreamingTransport, Sendable {
  struct Fault: Sendable {
    /// Broken off after so many bytes of an answer, for the first so many answers.
    var breaksAfter: Int?
    var breaks = 0
    var status: Int?
    var bytes: [UInt8]?
  }

  private let bytes: [UInt8]
  private let fault: Fault
  private let asked = Mutex<[String]>([])

  init(_ bytes: [UInt8], _ fault: Fault = Fault()) {
    self.bytes = fault.bytes ?? bytes
    self.fault = fault
  }

  /// The ranges asked for, an empty text where none was.
  var ranges: [String] { asked.withLock { $0 } }

  func send(_ request: TransportRequest) async throws -> TransportResponse { try .problem(.notFound("not here")) }

  func stream(_ request: TransportRequest, upload: StreamingUpload?) async throws -> StreamingResponse {
    let range = request.headers.first { $0.name == "range" }?.value ?? ""
    let number = asked.withLock {
      $0.append(range)
      return $0.count
    }
    if let status = fault.status {
      let body = try JSON.encode(Problem("gone", status: status, title: "Gone", detail: "It is gone."))
      return StreamingResponse(status: status, headers: [], body: Self.stream([body], breaks: false))
    }
    let first = Int(range.dropFirst(6).dropLast()) ?? 0
    let breaks = number <= fault.breaks
    let end = breaks ? min(bytes.count, first + (fault.breaksAfter ?? 0)) : bytes.count
    let pieces = stride(from: first, to: end, by: 1000).map { Array(bytes[$0..<min(end, $0 + 1000)]) }
    return StreamingResponse(
      status: first > 0 ? 206 : 200, headers: [("content-length", "\(bytes.count - first)")],
      body: Self.stream(pieces, breaks: breaks))
  }

  private static func stream(_ pieces: [[UInt8]], breaks: Bool) -> AsyncThrowingStream<ByteBuffer, any Error> {
    AsyncThrowingStream { stream in
      for piece in pieces { stream.yield(ByteBuffer(bytes: piece)) }
      stream.finish(throwing: breaks ? TransportError.interrupted(upstream: "encoding", reason: "test") : nil)
    }
  }
}

@Suite("Films that an encoder does not see")
struct SourceCacheTests {
  private let film = (0..<50_000).map { UInt8(truncatingIfNeeded: ($0 &* 31) >> 2) }

  private func file(_ bytes: [UInt8], path: String = "/elsewhere/film") -> SourceFile {
    var hash = SHA256()
    hash.update(bytes)
    return SourceFile(path: path, fingerprint: hash.finishAsText(), bytes: bytes.count)
  }

  private func cache(
    _ server: FilmServer, in folder: String, limitBytes: Int = 1 << 30, keepSeconds: Double = 600,
    clock: WallClock = .system
  ) -> SourceCache {
    SourceCache(
      encoding: server, folder: folder, limitBytes: limitBytes, reserveBytes: 0, keepSeconds: keepSeconds, clock: clock)
  }

  private func lease(_ file: SourceFile) -> TaskLease {
    TaskLease(
      task: EncodingTaskID(seed: "t"), job: JobID(seed: "j"), token: 1, attempt: 1, leaseSeconds: 15,
      work: TaskWork(kind: .probe, source: file), inputs: [])
  }

  private func content(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { Array($0) } }

  @Test("What broke off is gone on from where it broke, and is whole in the end")
  func resumes() async throws {
    try await withTemporaryFolder("sources") { folder in
      let server = FilmServer(film, .init(breaksAfter: 12_000, breaks: 3))
      let source = file(film)
      let copy = try await cache(server, in: folder).local(source, for: lease(source))
      #expect(content(copy.path) == film)
      #expect(server.ranges == ["", "bytes=12000-", "bytes=24000-", "bytes=36000-"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }
  }

  @Test("What an encoder that was killed had fetched is not fetched again")
  func takesUp() async throws {
    try await withTemporaryFolder("sources") { folder in
      let source = file(film)
      let broken = FilmServer(film, .init(breaksAfter: 0, breaks: .max))
      await #expect(throws: EncodingFault.self) {
        try await cache(broken, in: folder).local(source, for: lease(source))
      }
      let part = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
      try Data(film.prefix(20_000)).write(to: URL(filePath: "\(folder)/\(part)"))
      let server = FilmServer(film)
      let copy = try await cache(server, in: folder).local(source, for: lease(source))
      #expect(content(copy.path) == film && server.ranges == ["bytes=20000-"])
    }
  }

  @Test("Other bytes than were uploaded, fewer, or more, are not taken, and nothing of them stays")
  func foreignBytes() async throws {
    let source = file(film)
    for bytes in [film.reversed(), Array(film.dropLast()), film + [1]] {
      try await withTemporaryFolder("sources") { folder in
        let server = FilmServer(film, .init(bytes: bytes))
        await #expect(throws: EncodingFault.self) {
          try await cache(server, in: folder).local(source, for: lease(source))
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(left.allSatisfy { $0.hasSuffix(".part") && TextFile.size("\(folder)/\($0)") == 0 }, "\(left)")
      }
    }
  }

  @Test("A source that is gone refuses the job for good; any other refusal may pass")
  func refusals() async throws {
    let source = file(film)
    for (status, isRetryable) in [(410, false), (409, true), (503, true)] {
      try await withTemporaryFolder("sources") { folder in
        let server = FilmServer(film, .init(status: status))
        let fault = await #expect(throws: EncodingFault.self) {
          try await cache(server, in: folder).local(source, for: lease(source))
        }
        #expect(fault?.isRetryable == isRetryable && fault?.reason.contains("It is gone.") == true)
      }
    }
  }

  @Test("Encoders that want one film at one time fetch it once")
  func once() async throws {
    try await withTemporaryFolder("sources") { folder in
      let server = FilmServer(film)
      let source = file(film)
      let paths = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 {
          group.addTask { try await cache(server, in: folder).local(source, for: lease(source)).path }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(paths.count == 1 && server.ranges == [""])
    }
  }

  @Test("The very file is used where it can be seen; one that only has its name is not")
  func visible() async throws {
    try await withTemporaryFolder("sources") { folder in
      let path = "\(folder)/film"
      try Data(film).write(to: URL(filePath: path))
      #expect(SourceCache.isHere(file(film, path: path)))
      #expect(!SourceCache.isHere(file(film + [1], path: path)))
      var status = stat()
      #expect(lstat(path, &status) == 0)
      let seconds = "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
      let mark = "\(status.st_dev)-\(status.st_ino)-\(status.st_size)-\(seconds)"
      #expect(SourceCache.isHere(SourceFile(path: path, fingerprint: mark)))
      #expect(!SourceCache.isHere(SourceFile(path: path, fingerprint: mark + "1")))
      #expect(!SourceCache.isHere(SourceFile(path: folder, fingerprint: mark)))
    }
  }

  @Test("Copies go when they are old or room is needed, the longest unused first, and never one in use")
  func eviction() async throws {
    try await withTemporaryFolder("sources") { folder in
      func count() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: folder).count }
      func fetch(_ seed: UInt8, limitBytes: Int = 120_000) async throws -> LocalSource {
        let bytes = film.map { $0 ^ seed }
        let source = file(bytes)
        return try await cache(FilmServer(bytes), in: folder, limitBytes: limitBytes).local(source, for: lease(source))
      }
      var inUse: LocalSource? = try await fetch(1)
      let held = try #require(inUse?.path)
      _ = try await fetch(2)
      _ = try await fetch(3)
      // Room for two: the one in use stayed, of the others the later.
      #expect(try count() == 2 && content(held) != nil)
      await #expect(throws: EncodingFault.self) { _ = try await fetch(4, limitBytes: 60_000) }
      #expect(content(held) != nil)
      let later = WallClock { WallClock.system.now().adding(seconds: 1000) }
      cache(FilmServer([]), in: folder, clock: later).makeRoom()
      #expect(content(held) != nil)
      inUse = nil
      cache(FilmServer([]), in: folder, clock: later).makeRoom()
      #expect(try count() == 0)
    }
  }
}
