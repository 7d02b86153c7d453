import Contract
import EncodingAPI
import StorageKit
import TestKit
import Testing

@testable import EncodingService

@Suite("A job through faults")
struct JobFaultTests {
  private func withDesk(_ body: (Desk) async throws -> Void) async throws {
    try await withTemporaryFolder("encoding") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      try await body(desk)
    }
  }

  /// Leases and does `count` tasks.
  private func work(_ desk: Desk, _ count: Int, as encoder: String = "one") async throws {
    for _ in 0..<count {
      guard let lease = try await desk.lease(encoder) else { return }
      try await desk.succeed(lease)
    }
  }

  private func retry(_ desk: Desk, _ id: JobID) async throws {
    let record = try #require(try desk.database.read { try desk.flow.jobs.record(id, in: $0) })
    let now = desk.clock.now
    try await desk.database.write { try desk.flow.retry(record, at: now, in: $0) }
  }

  /// Probing, each kind of task, publishing: as many as a job has.
  private static let steps = 0...9

  @Test(
    "A service that dies at any state of a job finishes it, does no finished task again, publishes once",
    arguments: steps)
  func crash(step: Int) async throws {
    try await withTemporaryFolder("encoding") { folder in
      let first = try Desk(folder: folder)
      let id = try await first.makeJob()
      try await work(first, step)
      let held = try await first.lease("one")
      first.database.close()

      let second = try Desk(folder: folder)
      defer { second.database.close() }
      // Its lease is granted anew: nobody else is given the task, however long the service was away.
      second.pass(14)
      #expect(try await second.lease("two")?.task != held?.task || held == nil)
      if let held { try await second.succeed(held) }
      for _ in 0..<2 {
        second.pass(20)
        try await second.workOff(as: "two")
      }
      let tasks = try second.tasks(id)
      #expect(try second.job(id)?.state == .succeeded)
      #expect(tasks.filter { $0.encoder == "one" }.allSatisfy { $0.attempts == 1 })
      #expect(try second.events().map(\.header.type).filter { $0 == AssetPublished.type }.count == 1)
    }
  }

  @Test("A job can be cancelled at any state; nothing is published, and its files are swept", arguments: steps)
  func cancel(step: Int) async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      try await work(desk, step)
      let held = try await desk.lease("one")
      let other = try await desk.lease("two")
      guard let record = try desk.database.read({ try desk.flow.jobs.record(id, in: $0) }), !record.state.isFinal
      else { return }
      let now = desk.clock.now
      try await desk.database.write { try desk.flow.cancel(record, at: now, in: $0) }
      for lease in [held, other].compactMap({ $0 }) {
        await #expect(throws: EncodingError.self) { try await desk.succeed(lease) }
      }
      #expect(try await desk.lease("one") == nil)
      desk.pass(31)
      #expect(try await desk.lease("one")?.work.kind == .sweep)
      #expect(try desk.job(id)?.state == .cancelled)
      #expect(try desk.tasks(id).allSatisfy { [.cancelled, .succeeded, .leased].contains($0.state) })
      #expect(try desk.events().isEmpty)
    }
  }

  @Test("A wall clock set two hours on or back loses no lease, and holds no task up", arguments: [-7200.0, 7200])
  func clockJump(seconds: Double) async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      let held = try #require(try await desk.lease("one"))
      desk.clock.advance(seconds: seconds)
      #expect(try await desk.lease("two") == nil)
      try await desk.succeed(held)
      let failed = try #require(try await desk.lease("one"))
      try await desk.report(failed, .retryableFailure)
      desk.clock.advance(seconds: seconds)
      let again = try await desk.lease("one")
      #expect(again?.task == failed.task || seconds > 0)
      if let again { try await desk.succeed(again) }
      desk.pass(10)
      try await desk.workOff(as: "one")
      #expect(try desk.job(id)?.state == .succeeded)
    }
  }

  @Test("A healthy task survives many lost encoders and a full disk with all its own attempts")
  func circumstances() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      for round in 0..<3 {
        _ = try #require(try await desk.lease("lost-\(round)"))
        desk.pass(16)
        _ = try await desk.database.write { [now = desk.clock.now] in try desk.flow.expire(at: now, in: $0) }
        desk.pass(9)
      }
      for _ in 0..<2 {
        try await desk.report(try #require(try await desk.lease("full")), .retryableFailure, cause: .noSpace)
        desk.pass(9)
      }
      // Its own three attempts are all there still.
      for _ in 0..<2 {
        try await desk.report(try #require(try await desk.lease("one")), .retryableFailure)
        desk.pass(9)
      }
      #expect(try desk.job(id)?.state == .running)
      try await desk.report(try #require(try await desk.lease("one")), .retryableFailure)
      #expect(try desk.job(id)?.state == .failed)
    }
  }

  @Test("A failed job that is tried again goes on from what is finished")
  func retries() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      try await work(desk, 2)
      try await desk.report(try #require(try await desk.lease("one")), .permanentFailure)
      #expect(try desk.job(id)?.state == .failed)
      // What it made is kept for some time.
      desk.pass(100)
      #expect(try await desk.lease("one") == nil)
      let finished = Set(try desk.tasks(id).filter { $0.state == .succeeded }.map(\.id))
      try await retry(desk, id)
      await #expect(throws: EncodingError.self) { try await retry(desk, id) }
      var done: [EncodingTaskID] = []
      while let lease = try await desk.lease("one") {
        done.append(lease.task)
        try await desk.succeed(lease)
      }
      #expect(finished.isDisjoint(with: done) && finished.count == 2)
      #expect(try desk.job(id)?.state == .succeeded && desk.job(id)?.failureReason == nil)
      #expect(try desk.events().map(\.header.type).filter { $0 == AssetPublished.type }.count == 1)
    }
  }

  @Test("A failed job whose files are swept begins anew when it is tried again")
  func retriesAnew() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      try await work(desk, 2)
      try await desk.report(try #require(try await desk.lease("one")), .permanentFailure)
      desk.pass(3601)
      let sweep = try #require(try await desk.lease("one"))
      #expect(sweep.work.kind == .sweep)
      await #expect(throws: EncodingError.self) { try await retry(desk, id) }
      try await desk.succeed(sweep)
      try await retry(desk, id)
      #expect(try await desk.lease("one")?.work.kind == .probe)
      desk.pass(16)
      try await desk.workOff(as: "two")
      desk.pass(5)
      try await desk.workOff(as: "two")
      #expect(try desk.job(id)?.state == .succeeded)
    }
  }
}
