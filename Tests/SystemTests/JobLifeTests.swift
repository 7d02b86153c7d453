import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// Jobs as operators meet them, with real encoders: the service killed, jobs cancelled, encoders drained, progress
  /// followed.
  @Suite struct JobLifeTests {
    /// A film takes seconds to encode.
    private static let settings = [
      "MATINEE_ENCODING_PRESET": "slower", "MATINEE_ENCODING_CHUNK_SECONDS": "8",
      "MATINEE_ENCODER_SWEEP_INTERVAL_SECONDS": "0.5", "MATINEE_ENCODER_RESERVE_BYTES": "0",
      "MATINEE_ENCODER_NAME": "first",
    ]
    /// What takes long enough to be met at work.
    private static let kinds = ["encode", "audio", "survey", "quality", "package", "check"]

    private func job(_ film: Film, _ studio: PublicClient) async throws -> JSONValue {
      try await studio.get("/v1/studio/jobs/\(film.job)").json
    }

    private func atWork(_ job: JSONValue) -> Set<String> {
      Set(job["tasks"].items.filter { $0["state"].text == "leased" }.compactMap { $0["kind"].text })
    }

    @Test(
      "The service killed while each kind of task is at work goes on, and does nothing again that was finished",
      .timeLimit(.minutes(4)))
    func serviceKilled() async throws {
      let stack = try await RunningStack.start(environment: Self.settings)
      defer { stack.stop() }
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 16)
      let film = try await Film.submit(footage, named: "Interrupted", on: stack)
      try await stack.kill("encoding")
      try stack.launch("encoding")
      var left = Set(Self.kinds)
      var finished: [String: String] = [:]
      try await eventually(within: .seconds(180), longestPause: .milliseconds(10)) {
        guard let answer = try? await studio.get("/v1/studio/jobs/\(film.job)"), answer.status == 200 else {
          return false
        }
        for task in answer.json["tasks"].items {
          guard task["state"].text == "succeeded", let id = task["id"].text, let end = task["endedAt"].text,
            finished[id] == nil
          else { continue }
          finished[id] = end
        }
        if let met = left.intersection(atWork(answer.json)).first {
          left.remove(met)
          try await stack.kill("encoding")
          try stack.launch("encoding")
        }
        return ["succeeded", "failed"].contains(answer.json["state"].text)
      }
      try await film.waitUntilDone(on: stack)
      #expect(left.isEmpty, "never met at work: \(left)")
      let tasks = try await job(film, studio)["tasks"].items
      #expect(finished.count > Self.kinds.count)
      for task in tasks {
        // A lease whose answer died with the service is given again: no more than that is tried twice.
        #expect(task["attempts"].number ?? 0 <= 2, "\(task)")
        guard let id = task["id"].text, let end = finished[id] else { continue }
        #expect(task["endedAt"].text == end, "\(task)")
      }
    }

    @Test("A job is cancelled whatever is at work, and leaves no program and no file", .timeLimit(.minutes(4)))
    func cancelled() async throws {
      // What was on its way goes when no lease of it can be held any more.
      let stack = try await RunningStack.start(
        environment: Self.settings.merging(["MATINEE_ENCODING_LEASE_SECONDS": "1"]) { $1 })
      defer { stack.stop() }
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 8)
      for kind in Self.kinds {
        let film = try await Film.submit(footage, named: "Given up at \(kind)", on: stack)
        try await eventually(within: .seconds(60), longestPause: .milliseconds(10)) {
          let job = try await job(film, studio)
          try #require(job["state"].text != "succeeded", "\(kind) was over before it was met")
          return atWork(job).contains(kind)
        }
        let answer = try await studio.send(.delete, "/v1/studio/jobs/\(film.job)")
        #expect([200, 202, 204].contains(answer.status), "\(answer)")
        #expect(try await job(film, studio)["state"].text == "cancelled")
        try await eventually(within: .seconds(20)) {
          let staging = stack.home + "/media/.staging"
          return try FileManager.default.contentsOfDirectory(atPath: staging).isEmpty
        }
        #expect(try await studio.get("/v1/studio/titles/\(film.title)").json["video"].items.isEmpty)
      }
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: stack.home + "/media").filter { $0.hasPrefix("ast_") }
          .isEmpty)
    }

    @Test("A drained encoder ends the chunk it has, says that it may go, and another goes on", .timeLimit(.minutes(4)))
    func drained() async throws {
      let stack = try await RunningStack.start(environment: Self.settings)
      defer { stack.stop() }
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 24)
      let film = try await Film.submit(footage, named: "Drained", on: stack)
      try await eventually(within: .seconds(60)) { try await atWork(job(film, studio)).contains("encode") }
      let drain = try await studio.send(
        .patch, "/v1/studio/workers/first", body: Array(#"{"state":"draining"}"#.utf8),
        headers: [("content-type", "application/json")])
      #expect(drain.status == 200 && drain.json["isDrained"].bool == false, "\(drain)")
      try await eventually(within: .seconds(60)) {
        let workers = try await studio.get("/v1/studio/workers").json["items"].items
        return workers.first { $0["name"].text == "first" }?["isDrained"].bool == true
      }
      let done = try await job(film, studio)["tasks"].items.filter { $0["encoder"].text == "first" }
      #expect(done.allSatisfy { $0["state"].text == "succeeded" } && done.count { $0["kind"].text == "encode" } == 1)
      #expect(try await job(film, studio)["waitingFor"].text?.contains("draining") == true)

      try await stack.launchEncoder(2)
      try await film.waitUntilDone(on: stack, within: .seconds(180))
      let tasks = try await job(film, studio)["tasks"].items
      #expect(tasks.allSatisfy { $0["attempts"].number == 1 })
      #expect(tasks.count { $0["encoder"].text == "first" } == done.count)
    }

    @Test("Progress is followed through the gateway, from where one was, to the end", .timeLimit(.minutes(4)))
    func followed() async throws {
      let stack = try await RunningStack.start(environment: Self.settings)
      defer { stack.stop() }
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 8)
      let film = try await Film.submit(footage, named: "Followed", on: stack)
      let address = "\(stack.address)/v1/studio/jobs/\(film.job)/events"
      func follow(_ more: [String]) async throws -> (status: String, events: [JSONValue], ids: [Int]) {
        let token = try #require(studio.accessToken)
        let run = try await Shell.run(
          ["curl", "-sN", "-m", "120", "-w", "\nstatus:%{http_code}\n", "-H", "authorization: Bearer \(token)"] + more
            + [address])
        let lines = run.output.split(separator: "\n")
        func values(_ name: String) -> [String] {
          lines.filter { $0.hasPrefix(name) }.map { $0.dropFirst(name.count).trimmingCharacters(in: .whitespaces) }
        }
        let events = try values("data:").map { try JSONValue(parsing: Array($0.utf8)) }
        return (values("status:").first ?? "", events, values("id:").compactMap { Int($0) })
      }
      let all = try await follow([])
      #expect(all.status == "200" && all.events.last?["state"].text == "succeeded", "\(all)")
      let progress = all.events.compactMap { $0["titleId"].text == nil ? nil : $0["progress"].number }
      #expect(progress == progress.sorted() && progress.last == 1 && progress.count > 3)
      #expect(all.events.contains { $0["secondsLeft"].number ?? 0 > 0 && $0["speed"].number ?? 0 > 0 })
      #expect(all.ids == all.ids.sorted())

      let middle = all.ids[all.ids.count / 2]
      let rest = try await follow(["-H", "last-event-id: \(middle)"])
      #expect(rest.events.last?["state"].text == "succeeded" && rest.ids.allSatisfy { $0 > middle })
      // The sweep that follows a job's end is told too; after it nothing more will come.
      try await eventually(within: .seconds(30)) {
        let last = try #require(try await follow([]).ids.last)
        let nothing = try await follow(["-H", "last-event-id: \(last)"])
        return nothing.status == "204" && nothing.events.isEmpty
      }
    }
  }
}
