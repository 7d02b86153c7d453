import ClientKit
import Contract
import Foundation
import SecurityKit
import StorageKit
import TestKit
import Testing

@testable import AuditKit

private let studio = Principal(role: .operator, account: AccountID(seed: "op"), loginSession: LoginSessionID(seed: "s"))

@Suite struct AuditTests {
  private func publish(_ service: TestService, _ title: String = "a", as principal: Principal = studio) async throws {
    try await service.transport.call(
      AuditedModule.publish, .init(title: title, force: true), in: .test(principal))
  }

  private func entries(
    _ service: TestService, limit: Int? = nil, cursor: String? = nil
  ) async throws -> Page<AuditEntry> {
    try await service.transport.call(
      AuditEndpoints.entries, AuditQuery(service: "probe", limit: limit, cursor: cursor), in: .test(studio))
  }

  private func folder(_ service: TestService) -> String { "\(service.home)/probe" }

  private func verification(
    _ service: TestService, noted: (seq: Int64, hash: String)? = nil
  ) throws -> AuditVerification {
    try #require(try AuditVerification(folder: folder(service), key: service.keys.auditKey, noted: noted))
  }

  @Test("What an operator does is written down before and after, what viewers do and what is only read is not")
  func recorded() async throws {
    try await withService(AuditedModule.self) { service in
      #expect(try AuditVerification(folder: folder(service), key: service.keys.auditKey) == nil)
      let viewer = Principal(role: .viewer, account: AccountID(seed: "viewer"))
      try await publish(service, as: viewer)
      try await publish(service, as: .service("catalog"))
      _ = try await service.transport.call(AuditedModule.look, .init(title: "a"), in: .test(studio))
      #expect(try await entries(service).items.isEmpty)

      try await publish(service, "dune")
      await #expect(throws: Problem.self) {
        _ = try await service.transport.call(AuditedModule.break_, .init(title: "dune"), in: .test(studio))
      }
      try await publish(service, as: .service("matinee"))
      let items = try await entries(service).items
      #expect(items.map(\.seq) == [6, 5, 4, 3, 2, 1])
      #expect(items.map(\.phase) == [.answered, .begun, .answered, .begun, .answered, .begun])
      #expect(items.map(\.begunSeq) == [5, 5, 3, 3, 1, 1])
      #expect(items.map(\.status) == [204, nil, 409, nil, 204, nil])
      #expect(items.map(\.actor).prefix(2) == ["service:matinee", "service:matinee"])
      try #require(items.count == 6)
      #expect(items[5].actor == "\(AccountID(seed: "op"))")
      #expect(items[5].act == "probe.publish")
      #expect(items[5].target == "/titles/dune/publication")
    }
  }

  @Test("The log is for operators, comes in pages, and a page's bounds are checked")
  func pages() async throws {
    try await withService(AuditedModule.self) { service in
      for _ in 0..<4 { try await publish(service) }
      var seen: [Int64] = []
      var cursor: String?
      repeat {
        let page = try await entries(service, limit: 3, cursor: cursor)
        seen += page.items.map(\.seq)
        cursor = page.next
      } while cursor != nil
      #expect(seen == [8, 7, 6, 5, 4, 3, 2, 1])
      for (query, field) in [
        ("limit=0", "limit"), ("limit=201", "limit"), ("cursor=x", "cursor"), ("cursor=-1", "cursor"),
      ] {
        let answer = try await service.transport.send(
          TransportRequest(method: .get, target: "/v1/studio/audit?\(query)", context: .test(studio)))
        #expect(answer.status == 422)
        #expect(answer.problem.errors?.map(\.field) == [field])
      }
      let viewer = Principal(role: .viewer, account: AccountID(seed: "viewer"))
      let refused = try await service.transport.send(
        TransportRequest(method: .get, target: "/v1/studio/audit", context: .test(viewer)))
      #expect(refused.status == 403)
    }
  }

  @Test("A sound log is found sound, while it is written, and its head is that of its last entry")
  func sound() async throws {
    try await withService(AuditedModule.self) { service in
      for _ in 0..<3 { try await publish(service) }
      let log = try verification(service)
      #expect(log.faults.isEmpty)
      #expect(log.count == 6)
      #expect(log.head == (try await entries(service).items[0].hash))
      try await publish(service)
      let later = try verification(service, noted: (log.count, log.head))
      #expect(later.faults.isEmpty)
      #expect(later.head != log.head)
    }
  }

  @Test(
    "SQLite itself refuses to change, delete or slip in an entry",
    arguments: [
      "UPDATE audit_entry SET status = 204 WHERE seq = 4", "DELETE FROM audit_entry WHERE seq = 6",
      "DELETE FROM audit_entry",
      """
      INSERT OR REPLACE INTO audit_entry
      SELECT seq, at, 'nobody', act, target, phase, begun_seq, status, previous_hash, hash FROM audit_entry
      WHERE seq = 3
      """,
      """
      INSERT INTO audit_entry
      SELECT seq + 90, at, actor, act, target, phase, begun_seq + 90, status, previous_hash, hash FROM audit_entry
      WHERE seq = 1
      """,
    ])
  func guarded(sql: String) async throws {
    try await withService(AuditedModule.self) { service in
      for _ in 0..<3 { try await publish(service) }
      #expect(throws: (any Error).self) { try tamper(service, [sql]) }
      #expect(try verification(service).faults.isEmpty)
    }
  }

  @Test(
    "Whatever is done to the file behind the service's back, the chain shows it",
    arguments: [
      ["UPDATE audit_entry SET actor = 'somebody' WHERE seq = 3"],
      ["UPDATE audit_entry SET status = 200 WHERE seq = 4"],
      ["UPDATE audit_entry SET at = at + 1 WHERE seq = 6"],
      ["UPDATE audit_entry SET target = act, act = target WHERE seq = 1"],
      ["UPDATE audit_entry SET hash = randomblob(32) WHERE seq = 6"],
      ["DELETE FROM audit_entry WHERE seq = 1"],
      ["DELETE FROM audit_entry WHERE seq IN (3, 4)"],
      // All later entries renumbered, so that no gap is seen.
      [
        "DELETE FROM audit_entry WHERE seq IN (3, 4)",
        "UPDATE audit_entry SET seq = seq - 2, begun_seq = begun_seq - 2 WHERE seq > 4",
      ],
      // One of its own slipped in at the end, its hash made without the key.
      [
        """
        INSERT INTO audit_entry
        SELECT 7, at, actor, act, target, 'begun', 7, NULL, hash, randomblob(32) FROM audit_entry WHERE seq = 6
        """
      ],
      // Two entries that changed places.
      [
        "UPDATE audit_entry SET seq = 100, begun_seq = 100 WHERE seq = 3",
        "UPDATE audit_entry SET seq = 3, begun_seq = 3 WHERE seq = 5",
        "UPDATE audit_entry SET seq = 5, begun_seq = 5 WHERE seq = 100",
      ],
    ])
  func tampered(sql: [String]) async throws {
    try await withService(AuditedModule.self) { service in
      for _ in 0..<3 { try await publish(service) }
      try tamper(
        service,
        ["DROP TRIGGER audit_entry_stays", "DROP TRIGGER audit_entry_stands", "DROP TRIGGER audit_entry_follows"] + sql)
      #expect(!(try verification(service).faults.isEmpty))
    }
  }

  @Test("A log cut off at its end is told from a head that was noted, as is one begun anew")
  func cutOff() async throws {
    try await withService(AuditedModule.self) { service in
      for _ in 0..<3 { try await publish(service) }
      let log = try verification(service)
      try tamper(service, ["DROP TRIGGER audit_entry_stays", "DELETE FROM audit_entry WHERE seq > 4"])
      #expect(try verification(service).faults.isEmpty)
      #expect(try verification(service, noted: (log.count, log.head)).faults.count == 1)
      for _ in 0..<3 { try await publish(service) }
      #expect(try verification(service, noted: (log.count, log.head)).faults.count == 1)
    }
  }

  @Test("An act that cannot be written down is not carried out")
  func failClosed() async throws {
    let home = NSTemporaryDirectory() + "audit-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: "\(home)/probe", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: home) }
    try Data(repeating: 7, count: 10_000).write(to: URL(filePath: "\(home)/probe/audit.db"))
    let service = try await TestService.start(AuditedModule.self, home: home)
    let answer = try await service.transport.send(
      TransportRequest(method: .post, target: "/titles/a/publication", context: .test(studio)))
    let read = try await service.transport.send(
      TransportRequest(method: .get, target: "/titles/a", context: .test(studio)))
    try await service.stop()
    #expect(answer.status >= 500)
    #expect(read.status == 204)
  }

  private func tamper(_ service: TestService, _ statements: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, "\(folder(service))/audit.db"] + statements
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    struct Refused: Error {}
    if process.terminationStatus != 0 { throw Refused() }
  }

  private let script = """
    import sqlite3, sys
    db = sqlite3.connect(sys.argv[1], timeout=10)
    for sql in sys.argv[2:]: db.execute(sql)
    db.commit()
    """
}
