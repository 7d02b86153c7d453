import Contract
import EncodingAPI
import StorageKit

/// All SQL about renditions and what was found of them.
struct RenditionStore: Sendable {
  static let mostRenditions = 100
  static let mostChecks = 200

  /// Makes them, or adds what has become known of them.
  func set(_ renditions: [Rendition], of job: JobID, in db: SQLSession) throws {
    for (ordinal, rendition) in renditions.enumerated() {
      try db.execute(
        """
        INSERT INTO rendition (job_id, ordinal, name, codec, width, height, frame_rate, constant_rate_factor,
          maximum_bitrate_kbps, average_bitrate_kbps, bytes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (job_id, ordinal)
          DO UPDATE SET average_bitrate_kbps = excluded.average_bitrate_kbps, bytes = excluded.bytes
        """,
        job, ordinal, rendition.name, rendition.codec.rawValue, rendition.width, rendition.height, rendition.frameRate,
        rendition.constantRateFactor, rendition.maximumBitrateKbps, rendition.averageBitrateKbps, rendition.bytes)
    }
  }

  func setQuality(_ quality: RenditionQuality, ofRung ordinal: Int, of job: JobID, in db: SQLSession) throws {
    try db.execute(
      "UPDATE rendition SET quality = ? WHERE job_id = ? AND ordinal = ?", try Self.text(quality), job, ordinal)
  }

  func setReasons(of job: JobID, in db: SQLSession, _ reason: (Rendition) -> RenditionWhy) throws {
    for (ordinal, rendition) in try renditions(of: job, in: db).enumerated() {
      try db.execute(
        "UPDATE rendition SET why = ? WHERE job_id = ? AND ordinal = ?", try Self.text(reason(rendition)), job, ordinal)
    }
  }

  /// Best first of each codec.
  func renditions(of job: JobID, in db: SQLSession) throws -> [Rendition] {
    try db.rows(
      """
      SELECT name, codec, width, height, frame_rate, constant_rate_factor, maximum_bitrate_kbps, average_bitrate_kbps,
        bytes, quality, why
      FROM rendition WHERE job_id = ? ORDER BY ordinal LIMIT ?
      """, job, Self.mostRenditions
    ) { row in
      var rendition = Rendition(
        name: row.text(0), codec: try row.choice(1), width: row.int(2), height: row.int(3), frameRate: row.text(4),
        maximumBitrateKbps: row.int(6), averageBitrateKbps: row.intOrNil(7))
      rendition.constantRateFactor = row.intOrNil(5)
      rendition.bytes = row.intOrNil(8)
      rendition.quality = try Self.value(row.textOrNil(9))
      rendition.why = try Self.value(row.textOrNil(10))
      return rendition
    }
  }

  // MARK: - Checks

  /// A check made again replaces what it found before.
  func add(_ checks: [CheckResult], to job: JobID, in db: SQLSession) throws {
    for check in checks {
      try db.execute(
        """
        INSERT INTO job_check (job_id, name, passed, detail, evidence) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (job_id, name)
          DO UPDATE SET passed = excluded.passed, detail = excluded.detail, evidence = excluded.evidence
        """, job, check.check, check.passed, check.detail, try check.evidence.map(Self.text))
    }
  }

  /// By name, served by the primary key.
  func checks(of job: JobID, in db: SQLSession) throws -> [CheckResult] {
    try db.rows(
      "SELECT name, passed, detail, evidence FROM job_check WHERE job_id = ? ORDER BY name LIMIT ?", job,
      Self.mostChecks
    ) { row in
      CheckResult(
        check: row.text(0), passed: row.bool(1), detail: row.text(2), evidence: try Self.value(row.textOrNil(3)))
    }
  }

  private static func text(_ value: some Encodable) throws -> String {
    String(decoding: try JSON.encode(value), as: UTF8.self)
  }

  private static func value<Value: Decodable>(_ text: String?) throws -> Value? {
    try text.map { try JSON.decode(Value.self, from: Array($0.utf8)) }
  }
}
