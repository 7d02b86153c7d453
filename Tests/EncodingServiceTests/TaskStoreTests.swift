import Contract
import EncodingAPI
import EventKit
import StorageKit
import Synchronization
import TestKit
import Testing

@testable import EncodingService

@Suite("Tasks and leases on a real database")
struct TaskStoreTests {
  private final class Given: Sendable {
    let tasks = Mutex<[EncodingTaskID]>([])
  }

  private func withDesk(_ body: (Desk) async throws -> Void) async throws {
    try await withTemporaryFolder("encoding") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      try await body(desk)
    }
  }

  @Test("A thousand leases asked for by two encoders at once never give the same task twice")
  func noTaskTwice() async throws {
    try await withDesk { desk in
      for _ in 0..<1000 { try await desk.makeJob() }
      let given = Given()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for encoder in ["one", "two"] {
          group.addTask {
            for round in 0..<500 {
              // A name per lease, as an encoder that asks again gives its old lease up.
              guard let lease = try await desk.lease("\(encoder)-\(round)") else { continue }
              given.tasks.withLock { $0.append(lease.task) }
            }
          }
        }
        try await group.waitForAll()
      }
      let tasks = given.tasks.withLock { $0 }
      #expect(tasks.count == 1000)
      #expect(Set(tasks).count == 1000)
    }
  }

  @Test("A job goes from probing to publishing and tells so in one event")
  func wholeLife() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      #expect(try desk.job(id)?.state == .queued)
      try await desk.workOff(as: "one")
      let job = try #require(try desk.job(id))
      #expect(job.state == .succeeded && job.progress == 1 && job.durationSeconds == 20)
      #expect(try desk.tasks(id).allSatisfy { $0.state == .succeeded })
      let events = try desk.events()
      #expect(events.count == 1)
      let published = try events[0].body(AssetPublished.self)
      #expect(published?.jobId == id && published?.durationSeconds == 20 && published?.maxHeight == 180)
      #expect(published?.assetId == job.assetId)
    }
  }

  @Test("Tasks wait for what they need and are given what it made")
  func needs() async throws {
    try await withDesk { desk in
      try await desk.makeJob()
      let probe = try #require(try await desk.lease("one"))
      #expect(try await desk.lease("two") == nil)
      try await desk.report(probe, .succeeded, .probed(as: "probe-0"))
      var inputs: [TaskKind: [TaskInput]] = [:]
      while let lease = try await desk.lease("one") {
        inputs[lease.work.kind] = lease.inputs
        try await desk.report(
          lease, .succeeded,
          TaskOutput {
            $0.folder = "\(lease.work.kind)-\(lease.work.ordinal)"
            $0.quality = lease.work.kind == .quality ? Desk.quality : nil
          })
      }
      #expect(inputs[.quality]?.map(\.kind) == [.join])
      #expect(inputs[.join]?.map(\.folder) == (0..<5).map { "encode-\($0)" })
      #expect(inputs[.package]?.map(\.kind) == [.join])
      #expect(Set(inputs[.check]?.map(\.kind) ?? []) == [.package, .survey])
    }
  }

  @Test("A result under an old token is refused, and the task is the new holder's")
  func fencing() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      let old = try #require(try await desk.lease("slow"))
      desk.pass(16)
      // Noticed, put back, and after its wait leased again.
      #expect(try await desk.lease("quick") == nil)
      desk.pass(2)
      let new = try #require(try await desk.lease("quick"))
      #expect(new.task == old.task && new.token > old.token && new.attempt == 2)
      await #expect(throws: EncodingError.self) {
        try await desk.report(old, .succeeded, .probed(as: "late"))
      }
      try await desk.report(new, .succeeded, .probed(as: "probe-0"))
      #expect(try desk.tasks(id)[0].state == .succeeded)
      // The same report once more is answered alike: its first answer may have been lost.
      try await desk.report(new, .succeeded, .probed(as: "probe-0"))
    }
  }

  @Test("A heartbeat keeps a lease; without one it expires")
  func heartbeats() async throws {
    try await withDesk { desk in
      try await desk.makeJob()
      let lease = try #require(try await desk.lease("one"))
      for _ in 0..<5 {
        desk.pass(10)
        let now = desk.clock.now
        try await desk.database.write {
          try desk.flow.keep(lease.task, TaskHeartbeat(token: lease.token, progress: 0.5), at: now, in: $0)
        }
        #expect(try await desk.lease("two") == nil)
      }
      desk.pass(16)
      _ = try await desk.lease("two")
      let now = desk.clock.now
      await #expect(throws: EncodingError.self) {
        try await desk.database.write {
          try desk.flow.keep(lease.task, TaskHeartbeat(token: lease.token, progress: 0.6), at: now, in: $0)
        }
      }
    }
  }

  @Test("An encoder that comes back gives up what it held before")
  func comeback() async throws {
    try await withDesk { desk in
      try await desk.makeJob()
      let first = try #require(try await desk.lease("encoder-1"))
      #expect(try await desk.lease("encoder-1") == nil)
      desk.pass(2)
      let second = try #require(try await desk.lease("encoder-1"))
      #expect(second.task == first.task && second.token != first.token)
    }
  }

  @Test("Passing failures are tried again with growing waits, then the job fails with the reason")
  func retries() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      for wait in [1.0, 2] {
        try await desk.report(try #require(try await desk.lease("one")), .retryableFailure)
        #expect(try await desk.lease("one") == nil)
        desk.pass(wait)
      }
      try await desk.report(try #require(try await desk.lease("one")), .retryableFailure)
      let job = try #require(try desk.job(id))
      #expect(job.state == .failed && job.failureReason == "Because. (after 3 attempts)")
      #expect(try desk.events().first?.body(JobFailed.self)?.reason == job.failureReason)
    }
  }

  @Test("Bad input fails at once; the rest of the job is cancelled and swept, nothing is published")
  func permanent() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      try await desk.report(
        try #require(try await desk.lease("one")), .succeeded, .probed(as: "p"))
      let chunk = try #require(try await desk.lease("one"))
      let other = try #require(try await desk.lease("two"))
      try await desk.report(chunk, .permanentFailure)
      await #expect(throws: EncodingError.self) { try await desk.report(other, .succeeded, TaskOutput(folder: "x")) }
      #expect(try desk.job(id)?.state == .failed)
      #expect(try await desk.lease("one") == nil)
      desk.pass(31)
      #expect(try await desk.lease("one")?.work.kind == .sweep)
      #expect(try desk.events().map(\.header.type) == [JobFailed.type])
    }
  }

  @Test("A task given back is no attempt")
  func released() async throws {
    try await withDesk { desk in
      try await desk.makeJob()
      for _ in 0..<10 { try await desk.report(try #require(try await desk.lease("one")), .released) }
      #expect(try await desk.lease("one")?.attempt == 1)
    }
  }

  @Test("After a crash finished tasks stay finished and the others go on")
  func crash() async throws {
    try await withTemporaryFolder("encoding") { folder in
      let first = try Desk(folder: folder)
      let id = try await first.makeJob()
      try await first.report(
        try #require(try await first.lease("one")), .succeeded, .probed(as: "p"))
      try await first.report(try #require(try await first.lease("one")), .succeeded, TaskOutput(folder: "encode-0"))
      let held = try #require(try await first.lease("one"))
      first.database.close()

      let second = try Desk(folder: folder)
      defer { second.database.close() }
      #expect(try second.tasks(id).prefix(2).allSatisfy { $0.state == .succeeded })
      // Who held a lease through the crash hands its result in.
      try await second.report(held, .succeeded, TaskOutput(folder: "encode-1"))
      try await second.workOff(as: "two")
      #expect(try second.job(id)?.state == .succeeded)
      #expect(try second.tasks(id).allSatisfy { $0.attempts == 1 })
    }
  }

  @Test("A cancelled job stops its tasks and cannot be cancelled again")
  func cancelling() async throws {
    try await withDesk { desk in
      let id = try await desk.makeJob()
      let lease = try #require(try await desk.lease("one"))
      let now = desk.clock.now
      let record = try #require(try desk.database.read { try desk.flow.jobs.record(id, in: $0) })
      try await desk.database.write { try desk.flow.cancel(record, at: now, in: $0) }
      await #expect(throws: EncodingError.self) {
        try await desk.report(lease, .succeeded, .probed())
      }
      await #expect(throws: EncodingError.self) {
        try await desk.database.write { try desk.flow.cancel(record, at: now, in: $0) }
      }
      #expect(try desk.job(id)?.state == .cancelled)
    }
  }
}
