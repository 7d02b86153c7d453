import ClientKit
import Contract
import EncodingAPI
import Foundation
import NIOCore
import SecurityKit
import Synchronization
import TestKit
import Testing

@testable import EncodingService

@Suite("Events of a job")
struct JobEventTests {
  private struct Event: Sendable {
    var id: Int?
    var kind: String
    var data: String
    func job() throws -> EncodingJob { try JSON.decode(EncodingJob.self, from: Array(data.utf8)) }
    func task() throws -> EncodingTask { try JSON.decode(EncodingTask.self, from: Array(data.utf8)) }
  }

  /// Listens in a task of its own, until the stream ends or somebody has heard enough.
  private final class Listener: Sendable {
    private let heard = Mutex<[Event]>([])
    private let ended = Mutex(false)
    private let listening = Mutex<Task<Void, Never>?>(nil)

    var events: [Event] { heard.withLock { $0 } }
    var hasEnded: Bool { ended.withLock { $0 } }
    func stop() { listening.withLock { $0?.cancel() } }

    func listen(to response: StreamingResponse) {
      let task = Task {
        var text = ""
        do {
          for try await piece in response.body {
            text += String(buffer: piece)
            while let end = text.range(of: "\n\n") {
              take(String(text[..<end.lowerBound]))
              text = String(text[end.upperBound...])
            }
          }
          ended.withLock { $0 = true }
        } catch {}
      }
      listening.withLock { $0 = task }
    }

    private func take(_ block: String) {
      var event = Event(kind: "", data: "")
      for line in block.split(separator: "\n") {
        if line.hasPrefix("id: ") { event.id = Int(line.dropFirst(4)) }
        if line.hasPrefix("event: ") { event.kind = String(line.dropFirst(7)) }
        if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
      }
      if !event.kind.isEmpty { heard.withLock { $0.append(event) } }
    }
  }

  private func open(_ id: JobID, _ service: TestService, after last: Int? = nil) async throws -> StreamingResponse {
    let headers = last.map { [(name: "last-event-id", value: "\($0)")] } ?? []
    return try await service.transport.stream(
      TransportRequest(
        method: .get, target: "/v1/studio/jobs/\(id)/events", headers: headers,
        context: .test(Studio.operatorContext)))
  }

  private func listen(_ id: JobID, _ service: TestService, after last: Int? = nil) async throws -> Listener {
    let listener = Listener()
    listener.listen(to: try await open(id, service, after: last))
    return listener
  }

  private func makeJob(_ studio: Studio) async throws -> JobID {
    let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
    return try await studio.createJob(JobSource(uploadId: upload.id)).id
  }

  @Test("A listener hears of every task, with growing ids, until the job has ended and the stream with it")
  func whole() async throws {
    try await Studio.open { studio in
      let id = try await makeJob(studio)
      let listener = try await listen(id, studio.encoding)
      try await eventually { listener.events.contains { $0.kind == "job" } }
      let encoder = StubEncoder("one", of: studio.encoding)
      let probe = try #require(try await encoder.lease())
      try await encoder.report(probe)
      let chunk = try #require(try await encoder.lease())
      try await encoder.beat(chunk, 0.5)
      try await eventually {
        try listener.events.contains { try $0.kind == "task" && $0.task().progress == 0.5 }
      }
      let halfway = try #require(try listener.events.last { $0.kind == "job" }?.job())
      #expect(halfway.secondsLeft ?? 0 > 0 && halfway.progress > 0)
      try await encoder.report(chunk)
      try await encoder.workOff()
      try await eventually { listener.hasEnded }
      let ids = listener.events.compactMap(\.id)
      #expect(ids == ids.sorted() && ids.count >= 3)
      let last = try #require(listener.events.last)
      #expect(try last.job().state == .succeeded && last.job().progress == 1)
      let kinds = Set(try listener.events.filter { $0.kind == "task" }.map { try $0.task().kind })
      #expect(kinds.isSuperset(of: [.probe, .encode, .survey, .join, .package, .check, .publish]))
      // The sweep that follows a job's end may be told too. To who has heard of it nothing more will come.
      let whole = try await listen(id, studio.encoding)
      try await eventually { whole.hasEnded }
      #expect(try await open(id, studio.encoding, after: whole.events.compactMap(\.id).last).status == 204)
    }
  }

  @Test("Who comes back, to a restarted service too, hears what changed since and nothing else")
  func reconnecting() async throws {
    let keys = StackKeys.ephemeral()
    try await withTemporaryFolder("encoding") { home in
      func start() async throws -> TestService {
        try await TestService.start(
          EncodingModule.self, settings: ["ENCODING_RESERVE_BYTES": "0"],
          upstreams: ["catalog": Studio.catalog, "bus": Studio.bus], home: home, keys: keys)
      }
      let first = try await start()
      let id = try await makeJob(Studio(encoding: first))
      let before = try await listen(id, first)
      let encoder = StubEncoder("one", of: first)
      try await encoder.report(try #require(try await encoder.lease()))
      try await eventually { try before.events.last { $0.kind == "job" }?.job().durationSeconds != nil }
      let last = try #require(before.events.compactMap(\.id).last)
      try await first.stop()
      try await eventually { before.hasEnded }

      let second = try await start()
      let after = try await listen(id, second, after: last)
      let chunk = try #require(try await StubEncoder("one", of: second).lease())
      try await eventually { after.events.contains { $0.kind == "job" } }
      let tasks = try after.events.filter { $0.kind == "task" }.map { try $0.task() }
      #expect(tasks.map(\.id) == [chunk.task])
      #expect(after.events.compactMap(\.id).allSatisfy { $0 > last })
      after.stop()
      try await second.stop()
    }
  }

  @Test("No more may listen than there are places, and a place is given back")
  func bounded() async throws {
    try await Studio.open(["ENCODING_EVENT_LISTENERS": "1"]) { studio in
      let id = try await makeJob(studio)
      let first = try await listen(id, studio.encoding)
      try await eventually { !first.events.isEmpty }
      #expect(try await open(id, studio.encoding).status == 503)
      first.stop()
      try await eventually { try await open(id, studio.encoding).status == 200 }
      #expect(try await open(JobID(seed: "none"), studio.encoding).status == 404)
    }
  }
}
