import ClientKit
import Contract
import EncodingAPI
import Foundation
import Logging
import StorageKit
import TelemetryKit
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("Sweeping the media store")
struct MediaSweepTests {

  /// A store, and an encoding service in memory that knows its jobs.
  private struct Yard {
    let desk: Desk
    let store: FolderMediaStore
    let root: String
    let metrics = Metrics()
    let claims = StoreClaimStore(stagingGraceSeconds: 100, withdrawnGraceSeconds: 1000)

    func sweep(isAway: Bool = false) async throws {
      let encoding = StubTransport { [desk, claims] request in
        if isAway { return try .problem(.unavailable("away")) }
        let finds = try JSON.decode(StoreFinds.self, from: request.body)
        return try .json(try desk.database.read { try claims.verdict(on: finds, at: desk.clock.now, in: $0) })
      }
      try await MediaSweep(
        store: store, encoding: encoding, instruments: MediaInstruments(metrics), logger: Logger(label: "test")
      ).sweep(at: desk.clock.now)
    }

    func put(_ key: String) throws {
      let path = "\(root)/\(key)"
      try FolderMediaStore.makeFolders(path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })
      try TextFile.write("12345", to: path)
    }

    func has(_ key: String) -> Bool { FileManager.default.fileExists(atPath: "\(root)/\(key)") }

    func end(_ job: JobID) async throws {
      let record = try #require(try desk.database.read { try desk.flow.jobs.record(job, in: $0) })
      try await desk.database.write { try desk.flow.cancel(record, at: desk.clock.now, in: $0) }
    }

    func asset(of job: JobID) throws -> AssetID {
      try #require(try desk.database.read { try desk.flow.jobs.record(job, in: $0) }).assetId
    }
  }

  private func withYard(_ body: (Yard) async throws -> Void) async throws {
    try await withTemporaryFolder("sweep") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      let root = "\(folder)/media"
      try await body(Yard(desk: desk, store: try FolderMediaStore(root: root), root: root))
    }
  }

  @Test("A draft goes when its lease has ended, and not before; outputs of a running job stay")
  func drafts() async throws {
    try await withYard { yard in
      let job = try await yard.desk.makeJob()
      let lease = try #require(try await yard.desk.lease("one"))
      let draft = try yard.store.makeDraft(for: job, token: lease.token)
      try TextFile.write("12345", to: "\(draft)/half.mp4")
      try yard.put("\(MediaPrefix.staging(job))/encode-0/a.mp4")
      try await yard.sweep()
      #expect(FileManager.default.fileExists(atPath: draft))
      // Its time runs out, and another encoder is given the task.
      yard.desk.pass(16)
      _ = try await yard.desk.lease("two")
      try await yard.sweep()
      #expect(!FileManager.default.fileExists(atPath: draft))
      #expect(yard.has("\(MediaPrefix.staging(job))/encode-0/a.mp4"))
      let text = yard.metrics.exposition()
      #expect(text.contains(#"encoder_media_collected_bytes_total{kind="draft"} 5"#))
      #expect(text.contains(#"encoder_media_bytes{kind="staging"} 5"#))
    }
  }

  @Test("Staging of an ended job goes after its grace; of an unknown one only when nothing was written for a day")
  func staging() async throws {
    try await withYard { yard in
      let job = try await yard.desk.makeJob()
      let stranger = JobID(seed: "stranger")
      try yard.put("\(MediaPrefix.staging(job))/encode-0/a.mp4")
      try yard.put("\(MediaPrefix.staging(stranger))/encode-0/a.mp4")
      yard.desk.pass(1_000_000)
      try await yard.sweep()
      #expect(yard.has(MediaPrefix.staging(job)))
      try await yard.end(job)
      yard.desk.pass(99)
      try await yard.sweep()
      #expect(yard.has(MediaPrefix.staging(job)))
      yard.desk.pass(2)
      try await yard.sweep()
      #expect(!yard.has(MediaPrefix.staging(job)))
      // The test's clock is behind the disk's: written just now, as far as that can be told.
      let isLater = yard.desk.clock.now > Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
      #expect(yard.has(MediaPrefix.staging(stranger)) == !isLater)
    }
  }

  @Test("A film taken back goes after its grace; a published one, a growing one and an unknown one stay")
  func assets() async throws {
    try await withYard { yard in
      let growing = try await yard.desk.makeJob()
      let withdrawn = try await yard.desk.makeJob()
      let stranger = AssetID(seed: "stranger")
      let assets = try [growing, withdrawn].map(yard.asset) + [stranger]
      for asset in assets { try yard.put("\(asset)/video/1.m4s") }
      try await yard.end(withdrawn)
      yard.desk.pass(999)
      try await yard.sweep()
      #expect(assets.allSatisfy { yard.has("\($0)") })
      yard.desk.pass(2)
      try await yard.sweep()
      #expect(assets.map { yard.has("\($0)") } == [true, false, true])
      try await yard.desk.workOff(as: "one")
      yard.desk.pass(10_000_000)
      try await yard.sweep()
      #expect(assets.map { yard.has("\($0)") } == [true, false, true])
      let text = yard.metrics.exposition()
      #expect(text.contains("encoder_media_unknown_assets 1"))
      #expect(text.contains(#"encoder_media_collected_total{kind="asset"} 1"#))
      #expect(text.contains(#"encoder_media_bytes{kind="published"} 10"#))
    }
  }

  @Test("While encoding cannot be asked nothing goes")
  func away() async throws {
    try await withYard { yard in
      let job = try await yard.desk.makeJob()
      try yard.put("\(MediaPrefix.staging(job))/encode-0/a.mp4")
      try await yard.end(job)
      yard.desk.pass(1_000_000)
      await #expect(throws: (any Error).self) { try await yard.sweep(isAway: true) }
      #expect(yard.has("\(MediaPrefix.staging(job))/encode-0/a.mp4"))
    }
  }
}
