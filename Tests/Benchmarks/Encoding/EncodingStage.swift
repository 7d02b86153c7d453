import Foundation
import TestKit

/// A stack of its own with so many encoders, for the figures of encoding.
struct EncodingStage: Sendable {
  let stack: RunningStack

  /// x264's preset and rate factor, the same for the stack and for what it is compared with.
  static let preset = "fast"
  static let constantRateFactor = 23

  static func with<Result>(
    encoders: Int, _ settings: [String: String] = [:], _ body: (EncodingStage) async throws -> Result
  ) async throws -> Result {
    var environment = [
      "MATINEE_ENCODING_PRESET": preset, "MATINEE_ENCODING_CONSTANT_RATE_FACTOR": "\(constantRateFactor)",
      "MATINEE_ENCODER_NAME": "encoder-1", "MATINEE_LOG_LEVEL": "error",
    ]
    for (name, value) in settings { environment["MATINEE_\(name)"] = value }
    let stack = try await RunningStack.start(environment: environment)
    defer { stack.stop() }
    for number in 2..<(encoders + 1) where encoders > 1 { try await stack.launchEncoder(number) }
    return try await body(EncodingStage(stack: stack))
  }

  /// Options are the JSON of the job's.
  func submit(_ film: BenchFilm, options: String = "{}") async throws -> String {
    let studio = try await stack.studio()
    let title = try await studio.post(
      "/v1/studio/titles", json: #"{"name":"\#(film.content) \#(UUID().uuidString)","year":2026,"maturity":"all"}"#)
    guard let id = title.json["id"].text else { throw UnexpectedAnswer(title) }
    let path = "\(stack.home)/sources/\(UUID().uuidString).mp4"
    try FileManager.default.copyItem(atPath: film.path, toPath: path)
    let job = try await studio.post(
      "/v1/studio/jobs", json: #"{"titleId":"\#(id)","source":{"path":"\#(path)"},"options":\#(options)}"#)
    guard job.status == 201, let id = job.json["id"].text else { throw UnexpectedAnswer(job) }
    return id
  }

  func job(_ id: String) async throws -> JSONValue {
    let answer = try await stack.studio().get("/v1/studio/jobs/\(id)")
    guard answer.status == 200 else { throw UnexpectedAnswer(answer) }
    return answer.json
  }

  func end(of id: String) async throws -> EncodedJob {
    try await wait(for: id) { ["succeeded", "failed", "cancelled"].contains($0["state"].text) }
    return try EncodedJob(try await job(id))
  }

  /// Asks for the job until `condition` holds of it. An access token lives five minutes: a new one is had in between.
  func wait(for id: String, until condition: (JSONValue) throws -> Bool) async throws {
    for _ in 0..<60 {
      let studio = try await stack.studio()
      do {
        return try await eventually(within: .seconds(120), longestPause: .milliseconds(250)) {
          try condition(try await studio.get("/v1/studio/jobs/\(id)").json)
        }
      } catch is NeverHappened {
        continue
      }
    }
    throw BenchFault("two hours were not enough")
  }

  func encode(_ film: BenchFilm, options: String = "{}") async throws -> EncodedJob {
    try await end(of: submit(film, options: options))
  }

  /// Bytes of the segments of all renditions.
  func videoBytes(of job: EncodedJob) throws -> Int {
    let folder = "\(stack.home)/media/\(job.asset)/video"
    return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.hasSuffix(".m4s") }
      .map { try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0)")[.size] as? Int ?? 0 }.reduce(0, +)
  }
}
