import Contract
import EncodingAPI
import StorageKit
import TestKit
import Testing

@testable import EncodingService

@Suite("Who is next")
struct FairShareTests {
  private func withDesk(_ body: (Desk) async throws -> Void) async throws {
    try await withTemporaryFolder("encoding") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      try await body(desk)
    }
  }

  /// A job that has been probed: chunks of ten seconds, all alike.
  private func probed(_ desk: Desk, chunks: Int, _ priority: JobPriority? = nil) async throws -> JobID {
    var options = JobOptions()
    options.priority = priority
    // Chunks alone, all alike.
    options.progressive = false
    options.ladder = .fixed
    let id = try await desk.makeJob(options)
    desk.pass(0.01)
    var lease = try #require(try await desk.lease("prober"))
    while lease.job != id {
      try await desk.report(lease, .released)
      lease = try #require(try await desk.lease("prober"))
    }
    try await desk.report(
      lease, .succeeded,
      TaskOutput {
        $0.facts = Desk.facts
        $0.facts?.frameCount = 250 * chunks
      })
    // One task of the whole film's length would be most of its work, and hide how the others are shared out.
    try await desk.database.write { db in
      try db.execute("UPDATE task SET state = 'cancelled' WHERE job_id = ? AND kind = 'survey'", id)
    }
    return id
  }

  /// Whose tasks one encoder is given, `count` times.
  private func served(_ desk: Desk, _ count: Int) async throws -> [JobID: Int] {
    var served: [JobID: Int] = [:]
    for _ in 0..<count {
      guard let lease = try await desk.lease("one") else { break }
      served[lease.job, default: 0] += 1
      try await desk.report(lease, .succeeded, TaskOutput(folder: "x"))
    }
    return served
  }

  @Test("A job of a thousand tasks does not starve a small one that comes later")
  func largeAndSmall() async throws {
    try await withDesk { desk in
      let large = try await probed(desk, chunks: 1000)
      _ = try await served(desk, 50)
      let small = try await probed(desk, chunks: 10)
      let shares = try await served(desk, 20)
      #expect(shares[large] ?? 0 >= 6 && shares[small] ?? 0 >= 6, "\(shares)")
    }
  }

  @Test("High priority gets most, and low is served all the same")
  func priorities() async throws {
    try await withDesk { desk in
      let low = try await probed(desk, chunks: 400, .low)
      let normal = try await probed(desk, chunks: 400)
      let high = try await probed(desk, chunks: 400, .high)
      let shares = try await served(desk, 300)
      #expect(shares[high] ?? 0 > 5 * (shares[normal] ?? 0), "\(shares)")
      #expect(shares[normal] ?? 0 > 5 * (shares[low] ?? 0), "\(shares)")
      #expect(shares[low] ?? 0 >= 2, "\(shares)")
    }
  }

  @Test("A job that wanted nothing for long does not make up for it")
  func comeback() async throws {
    try await withDesk { desk in
      let idle = try await probed(desk, chunks: 200)
      let busy = try await probed(desk, chunks: 200)
      try await desk.database.write { db in
        try db.execute("UPDATE task SET not_before = ? WHERE job_id = ?", desk.clock.now.adding(seconds: 5), idle)
      }
      let before = try await served(desk, 60)
      #expect(before == [busy: 60])
      desk.pass(6)
      let shares = try await served(desk, 40)
      #expect((17...23).contains(shares[idle] ?? 0), "\(shares)")
    }
  }

  @Test("A priority set later counts at once")
  func changed() async throws {
    try await withDesk { desk in
      let first = try await probed(desk, chunks: 100, .low)
      let second = try await probed(desk, chunks: 100)
      _ = try await served(desk, 20)
      let record = try #require(try desk.database.read { try desk.flow.jobs.record(first, in: $0) })
      try await desk.database.write { try desk.flow.setPriority(.high, of: record, in: $0) }
      #expect(try desk.job(first)?.options.priority == .high)
      let shares = try await served(desk, 18)
      #expect(shares[first] ?? 0 >= 14 && shares[second] ?? 0 >= 1, "\(shares)")
    }
  }

  @Test("Within a job what others wait for comes first, then the first chunk and the sound")
  func order() async throws {
    try await withDesk { desk in
      try await desk.makeJob()
      let probe = try #require(try await desk.lease("one"))
      var output = TaskOutput.probed()
      output.facts?.audio = [AudioFacts(streamIndex: 0, codec: "aac", channels: 2, language: "und")]
      try await desk.report(probe, .succeeded, output)
      var kinds: [String] = []
      while let lease = try await desk.lease("one") {
        kinds.append("\(lease.work.kind)\(lease.work.ordinal)")
        try await desk.succeed(lease)
      }
      #expect(
        kinds == [
          "encode0", "audio0", "survey0", "encode1", "encode2", "encode3", "encode4", "join0", "quality0",
          "package0", "check0", "publish0", "sweep0",
        ])
    }
  }

  @Test("A task goes only to an encoder that can do it and has the space")
  func demands() async throws {
    try await withDesk { desk in
      try await desk.makeJob()
      var facts = WorkerFacts.unsaid
      facts.capabilities = []
      let probe = try #require(try await desk.lease("blind", facts))
      try await desk.report(probe, .succeeded, .probed())
      #expect(try await desk.lease("blind", facts)?.work.kind == .survey)
      facts = .unsaid
      facts.freeBytes = 1000
      #expect(try await desk.lease("full", facts) == nil)
      facts.freeBytes = 1 << 30
      #expect(try await desk.lease("full", facts)?.work.kind == .encode)
    }
  }

  @Test("The next task is found by the indexes, without looking at all that are ready")
  func plan() async throws {
    try await withDesk { desk in
      let plan = try desk.database.read { db in
        try db.rows(
          "EXPLAIN QUERY PLAN \(TaskStore.nextTask)", arguments: [0, 0, 0, "[]"]
        ) { $0.text(3) }
      }
      #expect(plan.contains { $0.contains("job_turn") } && plan.contains { $0.contains("task_ready") }, "\(plan)")
      #expect(!plan.contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(plan)")
    }
  }
}
