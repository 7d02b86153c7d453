import Foundation

/// A title with its footage and its encode job.
package struct Film: Sendable {
  package let title: String
  package let job: String
  package let footage: Footage

  package init(title: String, job: String, footage: Footage) {
    self.title = title
    self.job = job
    self.footage = footage
  }

  /// Makes a title, takes a film file in by path and waits until it plays.
  package static func encode(
    on stack: RunningStack, named name: String, seconds: Int = 20, options: String = "{}"
  ) async throws -> Film {
    let footage = try await Footage.make(
      in: stack.home + "/sources", name: "\(UUID().uuidString).mp4", seconds: seconds)
    let film = try await submit(footage, named: name, options: options, on: stack)
    try await film.waitUntilDone(on: stack)
    return film
  }

  /// - Parameter options: of the job, as JSON.
  package static func submit(
    _ footage: Footage, named name: String, options: String = "{}", on stack: RunningStack
  ) async throws -> Film {
    let studio = try await stack.studio()
    let created = try await studio.post(
      "/v1/studio/titles",
      json: #"{"name":"\#(name)","year":2026,"maturity":"all","genres":["test"],"synopsis":"Made for a test."}"#)
    guard created.status == 201, let title = created.json["id"].text else { throw UnexpectedAnswer(created) }
    let submitted = try await studio.post(
      "/v1/studio/jobs", json: #"{"titleId":"\#(title)","source":{"path":"\#(footage.path)"},"options":\#(options)}"#,
      headers: [("idempotency-key", UUID().uuidString)])
    guard submitted.status == 201, let job = submitted.json["id"].text else { throw UnexpectedAnswer(submitted) }
    return Film(title: title, job: job, footage: footage)
  }

  package func waitUntilDone(on stack: RunningStack, within limit: Duration = .seconds(120)) async throws {
    let studio = try await stack.studio()
    var last: PublicClient.Answer?
    try await eventually(within: limit) {
      guard let answer = try? await studio.get("/v1/studio/jobs/\(job)"), answer.status == 200 else { return false }
      last = answer
      return ["succeeded", "failed"].contains(answer.json["state"].text)
    }
    if let last, last.json["state"].text != "succeeded" { throw UnexpectedAnswer(last) }
  }
}

extension RunningStack {
  /// The public API as the operator.
  package func studio() async throws -> PublicClient {
    try await Viewer.logIn(at: address, email: `operator`.email, password: `operator`.password)
  }
}
