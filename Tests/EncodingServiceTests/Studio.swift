import CatalogAPI
import ClientKit
import Contract
import EncodingAPI
import Foundation
import NIOCore
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

/// The encoding service with a catalogue that knows every title but one, and encoders beside it.
struct Studio: Sendable {
  static let unknownTitle = TitleID(seed: "unknown")
  static let operatorContext = Principal(role: .operator, account: AccountID(seed: "operator"))
  let encoding: TestService
  var home: String { encoding.home }

  static let catalog = StubTransport { request in
    if request.target.contains(unknownTitle.description) { return try .problem(.notFound("no such title")) }
    let id = TitleID(String(request.target.split(separator: "/").last ?? "")) ?? TitleID(seed: "x")
    return try .json(
      Title(
        id: id, kind: .film, name: "A film", year: 2026, synopsis: "", language: "zxx", countries: [], maturity: .all,
        runtimeSeconds: 1, genres: [], directors: [], cast: [], licence: "CC-BY", video: nil,
        createdAt: Timestamp(milliseconds: 0)))
  }
  static let bus = StubTransport { _ in try .problem(.unavailable("no bus in this test")) }

  static func open(
    _ settings: [String: String] = [:], playback: any Transport = bus, _ body: (Studio) async throws -> Void
  ) async throws {
    let all = [
      "ENCODING_CHUNK_SECONDS": "2", "ENCODING_GROUP_SECONDS": "1", "ENCODING_PRESET": "ultrafast",
      "ENCODING_RESERVE_BYTES": "0", "ENCODING_BACKOFF_SECONDS": "0.05",
    ].merging(settings) { $1 }
    let upstreams: [String: any Transport] = ["catalog": catalog, "bus": bus, "playback": playback]
    try await withService(EncodingModule.self, settings: all, upstreams: upstreams) { encoding in
      try await body(Studio(encoding: encoding))
    }
  }

  func startEncoder(
    _ name: String = "encoder-1", settings: [String: String] = [:], upstreams: [String: any Transport] = [:]
  ) async throws -> TestService {
    try await TestService.start(
      EncoderModule.self,
      settings: [
        "ENCODING_URL": encoding.baseURL, "ENCODER_MEDIA_FOLDER": "\(home)/media", "ENCODER_PACKAGER": Footage.packager,
        "ENCODER_VMAF": Footage.vmaf,
        "ENCODER_NAME": name, "ENCODER_RESERVE_BYTES": "0",
      ].merging(settings) { $1 },
      upstreams: upstreams, keys: encoding.keys)
  }

  func withEncoder(_ body: (TestService) async throws -> Void) async throws {
    let encoder = try await startEncoder()
    do {
      try await body(encoder)
      try await encoder.stop()
    } catch {
      try? await encoder.stop()
      throw error
    }
  }

  // MARK: - Calls

  func context(key: String? = nil) -> CallContext {
    CallContext(principal: Self.operatorContext, deadline: .after(.seconds(60)), idempotencyKey: key)
  }

  func upload(_ bytes: [UInt8], name: String = "film.mp4", type: String? = nil, key: String? = nil) async throws
    -> TransportResponse
  {
    try await encoding.transport.send(
      TransportRequest(
        method: .post, target: "/v1/studio/uploads?name=\(PercentEncoding.encode(name))",
        headers: type.map { [("content-type", $0)] } ?? [], body: bytes, context: context(key: key)))
  }

  func uploaded(_ path: String) async throws -> Upload {
    let response = try await upload(Array(try #require(FileManager.default.contents(atPath: path))))
    #expect(response.status == 201)
    return try JSON.decode(Upload.self, from: response.body)
  }

  func createJob(
    _ source: JobSource, title: TitleID = TitleID(seed: "t"), options: JobOptions? = nil, key: String? = nil
  ) async throws -> EncodingJob {
    try await encoding.transport.call(
      EncodingEndpoints.createJob, body: NewJob(titleId: title, source: source, options: options),
      in: context(key: key))
  }

  func job(_ id: JobID) async throws -> EncodingJob {
    try await encoding.transport.call(EncodingEndpoints.job, JobPath(job: id), in: context())
  }

  func end(of id: JobID, within duration: Duration = .seconds(300)) async throws -> EncodingJob {
    try await eventually(within: duration) { try await job(id).state.isFinal }
    return try await job(id)
  }

  /// Uploads `bytes`, encodes them, and answers the job at its end.
  func encode(_ bytes: [UInt8], name: String = "film.mp4") async throws -> EncodingJob {
    let upload = try JSON.decode(Upload.self, from: try await upload(bytes, name: name).body)
    return try await end(of: createJob(JobSource(uploadId: upload.id)).id)
  }

  func events() async throws -> String {
    let response = try await encoding.transport.send(
      TransportRequest(
        method: .get, target: "/internal/events?after=0&limit=100", context: .service("test", within: .seconds(60))))
    return String(decoding: response.body, as: UTF8.self)
  }

  var published: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(home)/media")) ?? []).filter { $0 != ".staging" }
  }
  var staged: [String] { (try? FileManager.default.contentsOfDirectory(atPath: "\(home)/media/.staging")) ?? [] }
}
