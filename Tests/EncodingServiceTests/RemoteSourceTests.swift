import ClientKit
import Contract
import EncodingAPI
import Foundation
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import EncoderService

/// The way to encoding of an encoder on another machine: the paths it is told lead nowhere there, and its first
/// answer of a film breaks off.
private final class FarAway: StreamingTransport, Sendable {
  private let base: any StreamingTransport
  private let streams = Mutex<[String]>([])

  init(_ base: any StreamingTransport) {
    self.base = base
  }

  var ranges: [String] { streams.withLock { $0 } }

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    var response = try await base.send(request)
    if request.target == "/internal/encoding/leases",
      var answer = try? JSON.decode(LeaseAnswer.self, from: response.body), answer.lease != nil
    {
      answer.lease?.work.source.path = "/nowhere/film"
      response.body = try JSON.encode(answer)
    }
    return response
  }

  func stream(_ request: TransportRequest, upload: StreamingUpload?) async throws -> StreamingResponse {
    let answer = try await base.stream(request, upload: upload)
    let isFirst = streams.withLock { streams in
      streams.append(request.headers.first { $0.name == "range" }?.value ?? "")
      return streams.count == 1
    }
    guard isFirst else { return answer }
    let body = AsyncThrowingStream<ByteBuffer, any Error> { stream in
      Task {
        do {
          for try await piece in answer.body {
            stream.yield(piece.getSlice(at: piece.readerIndex, length: min(5000, piece.readableBytes)) ?? piece)
            throw TransportError.interrupted(upstream: "encoding", reason: "test")
          }
        } catch {
          stream.finish(throwing: error)
        }
      }
    }
    return StreamingResponse(status: answer.status, headers: answer.headers, body: body)
  }
}

extension FilmTests {
  @Suite("An encoder on another machine")
  struct RemoteSourceTests {
    @Test("Without the upload folder a film is fetched once over HTTP, resumed, encoded, and then let go")
    func remote() async throws {
      try await Studio.open { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 4, size: "160x90")
        let road = FarAway(studio.encoding.transport)
        let scratch = "\(studio.home)/scratch"
        let encoder = try await studio.startEncoder(
          settings: ["ENCODER_SCRATCH_FOLDER": scratch, "ENCODER_SOURCE_KEEP_SECONDS": "3"],
          upstreams: ["encoding": road])
        let upload = try await studio.uploaded(film)
        let job = try await studio.end(of: studio.createJob(JobSource(uploadId: upload.id)).id)
        #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(5))")
        #expect(job.state == .succeeded)
        #expect(road.ranges == ["", "bytes=5000-"])
        try await eventually { try FileManager.default.contentsOfDirectory(atPath: "\(scratch)/sources").isEmpty }
        try await encoder.stop()
      }
    }

    @Test("A film that was changed after its job was made is not encoded as if it were the one")
    func changed() async throws {
      try await Studio.open { studio in
        let sources = "\(studio.home)/sources"
        try FolderMediaStore.makeFolders(sources)
        try await Footage.film("\(sources)/film.mp4", seconds: 2, size: "160x90")
        let id = try await studio.createJob(JobSource(path: "\(sources)/film.mp4")).id
        try await Footage.film("\(sources)/film.mp4", seconds: 3, size: "160x90")
        try await studio.withEncoder { _ in
          let job = try await studio.end(of: id)
          #expect(job.state == .failed && job.failureReason?.contains("not the one") == true)
        }
      }
    }
  }
}
