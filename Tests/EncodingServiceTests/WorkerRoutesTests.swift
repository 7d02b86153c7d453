import ClientKit
import Contract
import EncodingAPI
import StorageKit
import TestKit
import Testing

@testable import EncodingService

@Suite("Encoders as the studio sees them")
struct WorkerRoutesTests {
  private func worker(_ name: String, _ studio: Studio) async throws -> Worker {
    try await studio.encoding.transport.call(WorkerEndpoints.worker, WorkerPath(worker: name), in: studio.context())
  }

  private func set(_ state: WorkerState, of name: String, _ studio: Studio) async throws -> Worker {
    try await studio.encoding.transport.call(
      WorkerEndpoints.changeWorker, WorkerPath(worker: name), body: WorkerChange(state: state), in: studio.context())
  }

  private func job(_ studio: Studio) async throws -> JobID {
    let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
    return try await studio.createJob(JobSource(uploadId: upload.id)).id
  }

  @Test("An encoder that asks for work is known, with what it can do, until an operator says otherwise")
  func register() async throws {
    try await Studio.open { studio in
      var facts = WorkerFacts.unsaid
      facts.capabilities = ["aac", "av1", "h264", "packager"]
      let encoder = StubEncoder("one", of: studio.encoding, facts)
      #expect(try await encoder.lease() == nil)
      let known = try await worker("one", studio)
      #expect(known.state == .active && known.isPresent && known.facts == facts && known.task == nil)
      let all = try await studio.encoding.transport.call(WorkerEndpoints.workers, in: studio.context())
      #expect(all.items.map(\.name) == ["one"])
      await #expect(throws: Problem.self) { try await worker("two", studio) }
    }
  }

  @Test("A cordoned encoder is given nothing, and the job says what it waits for")
  func cordon() async throws {
    try await Studio.open { studio in
      let encoder = StubEncoder("one", of: studio.encoding)
      let id = try await job(studio)
      #expect(try await studio.job(id).waitingFor == "an encoder: none is there")
      let lease = try #require(try await encoder.lease())
      #expect(try await set(.draining, of: "one", studio).isDrained == false)
      #expect(try await studio.job(id).waitingFor == nil)
      // What it has it finishes.
      try await encoder.report(lease)
      #expect(try await encoder.lease() == nil)
      #expect(try await worker("one", studio).isDrained)
      #expect(try await studio.job(id).waitingFor?.hasPrefix("an active encoder") == true)
      _ = try await set(.active, of: "one", studio)
      #expect(try await studio.job(id).waitingFor == nil)
      #expect(try await encoder.workOff().isEmpty == false)
      #expect(try await studio.job(id).state == .succeeded)
    }
  }

  @Test("A job that no encoder can do, or has the space for, says so")
  func demands() async throws {
    try await Studio.open { studio in
      var facts = WorkerFacts.unsaid
      facts.capabilities = ["aac"]
      let id = try await job(studio)
      let blind = StubEncoder("blind", of: studio.encoding, facts)
      try await blind.workOff()
      let waiting = try await studio.job(id).waitingFor
      #expect(waiting?.hasPrefix("an encoder that can do h264") == true, "\(waiting ?? "nothing")")
      facts = .unsaid
      facts.freeBytes = 10
      #expect(try await StubEncoder("full", of: studio.encoding, facts).lease() == nil)
      let full = try await studio.job(id).waitingFor
      #expect(full?.hasPrefix("space in the media store") == true, "\(full ?? "nothing")")
    }
  }

  @Test("What an operator decided of an encoder outlives the service; who is long gone is forgotten")
  func remembered() async throws {
    try await withTemporaryFolder("encoding") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      let register = WorkerRegister(roll: WorkerRoll(now: desk.monotonic.now), memorySeconds: 3600)
      let now = desk.clock.now
      for name in ["here", "gone", "cordoned"] {
        #expect(register.roll.hear(name, .unsaid, at: now))
        try await desk.database.write { _ = try register.store.put(name, .unsaid, at: now, in: $0) }
      }
      _ = try await desk.database.write { try register.store.setState(.cordoned, of: "cordoned", in: $0) }
      desk.pass(3601)
      register.roll.hear("here", at: desk.clock.now)
      #expect(try desk.database.read { try register.gone(in: $0) } == ["gone"])
      #expect(try desk.database.read { try register.admits("cordoned", in: $0) } == false)
      #expect(register.roll.isPresent("here") && !register.roll.isPresent("gone"))
    }
  }
}
