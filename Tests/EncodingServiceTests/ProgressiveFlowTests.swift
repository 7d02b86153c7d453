import Contract
import EncodingAPI
import EventKit
import StorageKit
import TestKit
import Testing

@testable import EncodingService

@Suite("A film published while it is encoded")
struct ProgressiveFlowTests {

  private func withDesk(_ body: (Desk, JobID) async throws -> Void) async throws {
    try await withTemporaryFolder("progressive") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      let id = try await desk.makeJob(JobOptions { $0.progressive = true })
      try await desk.report(try #require(try await desk.lease("one")), .succeeded, .probed(as: "probe-0"))
      try await body(desk, id)
    }
  }

  /// The encode tasks of the beginning, then its preview.
  private func publishBeginning(_ desk: Desk) async throws {
    let chunk = try #require(try await desk.lease("one"))
    #expect(chunk.work.kind == .encode && chunk.work.frameCount == 300)
    try await desk.report(chunk, .succeeded, TaskOutput(folder: "encode-0"))
    let preview = try #require(try await desk.lease("one"))
    #expect(preview.work.kind == .preview && preview.work.frameCount == 300)
    #expect(preview.inputs.map(\.folder) == ["encode-0"])
    try await desk.report(preview, .succeeded, TaskOutput())
  }

  @Test("It is told once as playable, and once more when it is complete")
  func toldTwice() async throws {
    try await withDesk { desk, id in
      try await publishBeginning(desk)
      let early = try #require(try desk.job(id))
      #expect(early.state == .running && early.assetId != nil && early.playableAt == desk.clock.now)
      desk.pass(9)
      try await desk.workOff(as: "one")
      let events = try desk.events().compactMap { try $0.body(AssetPublished.self) }
      #expect(events.map(\.isComplete) == [false, true])
      #expect(Set(events.map(\.assetId)) == [try #require(early.assetId)])
      #expect(events.allSatisfy { $0.durationSeconds == 20 && $0.maxHeight == 180 })
      #expect(try desk.job(id)?.playableAt == early.playableAt)
    }
  }

  @Test("The snapshot has it as what it is")
  func snapshot() async throws {
    try await withDesk { desk, id in
      func told() throws -> [Bool?] {
        var found: [Bool?] = []
        try desk.database.read { db in try desk.flow.jobs.forEachPublished(in: db) { found.append($0.isComplete) } }
        return found
      }
      #expect(try told() == [])
      try await publishBeginning(desk)
      #expect(try told() == [false])
      try await desk.workOff(as: "one")
      #expect(try told() == [true])
    }
  }

  @Test("It is withdrawn where the job is cancelled or fails", arguments: [true, false])
  func withdrawn(isCancelled: Bool) async throws {
    try await withDesk { desk, id in
      try await publishBeginning(desk)
      let asset = try desk.job(id)?.assetId
      if isCancelled {
        let record = try #require(try desk.database.read { try desk.flow.jobs.record(id, in: $0) })
        let now = desk.clock.now
        try await desk.database.write { try desk.flow.cancel(record, at: now, in: $0) }
      } else {
        try await desk.report(try #require(try await desk.lease("one")), .permanentFailure)
      }
      let events = try desk.events()
      #expect(
        events.map(\.header.type) == [AssetPublished.type, AssetWithdrawn.type] + (isCancelled ? [] : [JobFailed.type]))
      #expect(try events[1].body(AssetWithdrawn.self)?.assetId == asset)
      let job = try #require(try desk.job(id))
      #expect(job.state.isFinal && job.assetId == nil && job.playableAt == nil)
    }
  }

  @Test("A job that fails before anything could be played withdraws nothing")
  func nothingToWithdraw() async throws {
    try await withDesk { desk, _ in
      try await desk.report(try #require(try await desk.lease("one")), .permanentFailure)
      #expect(try desk.events().map(\.header.type) == [JobFailed.type])
    }
  }

  @Test("A beginning that cannot be published fails alone; the film is published whole")
  func previewFails() async throws {
    try await withDesk { desk, id in
      try await desk.report(try #require(try await desk.lease("one")), .succeeded, TaskOutput(folder: "encode-0"))
      let preview = try #require(try await desk.lease("one"))
      #expect(preview.work.kind == .preview)
      try await desk.report(preview, .permanentFailure)
      try await desk.workOff(as: "one")
      #expect(try desk.job(id)?.state == .succeeded)
      #expect(try desk.tasks(id).filter { $0.state == .failed }.map(\.id) == [preview.task])
    }
  }

  @Test("An output found damaged is made again, then its finder goes on; neither loses an attempt for it")
  func damaged() async throws {
    try await withDesk { desk, id in
      try await publishBeginning(desk)
      while let lease = try await desk.lease("one") {
        guard lease.work.kind == .join else {
          try await desk.report(lease, .succeeded, TaskOutput(folder: "\(lease.work.kind)-\(lease.work.ordinal)"))
          continue
        }
        let found = lease.inputs[1]
        try await desk.report(lease, .retryableFailure, damaged: [found])
        let tasks = try desk.tasks(id)
        #expect(tasks.first { $0.id == lease.task }?.state == .blocked)
        #expect(tasks.first { $0.id == lease.task }?.attempts == 0)
        let again = try #require(try await desk.lease("one"))
        #expect(again.work.kind == found.kind && again.work.ordinal == found.ordinal && again.attempt == 2)
        try await desk.report(again, .succeeded, TaskOutput(folder: "again"))
        let join = try #require(try await desk.lease("one"))
        #expect(join.task == lease.task && join.inputs.map(\.folder).contains("again"))
        try await desk.report(join, .succeeded, TaskOutput(folder: "join"))
        break
      }
      try await desk.workOff(as: "one")
      #expect(try desk.job(id)?.state == .succeeded)
    }
  }

  @Test("An output that comes out damaged every time fails the job, which says so")
  func damagedForEver() async throws {
    try await withDesk { desk, id in
      try await publishBeginning(desk)
      while let lease = try await desk.lease("one") {
        if lease.work.kind == .join {
          try await desk.report(lease, .retryableFailure, damaged: [lease.inputs[0]])
        } else {
          try await desk.report(lease, .succeeded, TaskOutput(folder: "\(lease.work.kind)-\(lease.work.ordinal)"))
        }
      }
      let job = try #require(try desk.job(id))
      #expect(job.state == .failed && job.failureReason?.contains("damaged") == true)
    }
  }
}
