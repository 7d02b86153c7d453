import ConfigKit
import EncodingAPI

/// Every setting of the encoding service, read once.
struct EncodingSettings: Sendable {
  let uploadLimitBytes: Int
  /// Of unfinished and unused uploads of one operator together.
  let uploadQuotaBytes: Int
  /// An unfinished upload to which nothing was added for so long goes.
  let uploadExpirySeconds: Double
  /// A whole upload goes so long after it came, or after the last job made of it ended.
  let uploadKeepSeconds: Double
  /// Between two looks for those.
  let uploadSweepSeconds: Double
  /// Kept free on the uploads' disk.
  let reserveBytes: Int
  /// Absolute paths; sources by path must lie under one of them.
  let sourceFolders: [String]
  /// A lease not kept for so long is another's.
  let leaseSeconds: Double
  /// Then a task that fails for passing reasons has failed.
  let maximumAttempts: Int
  /// Then it has failed although every attempt was lost with its encoder, or met a full disk.
  let maximumExcusedAttempts: Int
  /// Wait before the second attempt; doubled for each further one.
  let backoffSeconds: Double
  let maximumBackoffSeconds: Double
  /// From the end of a job to the removal of what it left in the media store's staging.
  let stagingGraceSeconds: Double
  /// From the end of a job that published a film's beginning in vain to the removal of that: who plays it plays on.
  let withdrawnGraceSeconds: Double
  /// What a failed job has made is kept for so long, to go on from and to look at.
  let failedKeptSeconds: Double
  /// An encoder not heard of for so long is forgotten.
  let workerMemorySeconds: Double
  /// Who listen to jobs at once.
  let eventListeners: Int
  /// Such a stream ends then; its listener comes back, with a token that is still good.
  let eventStreamSeconds: Double
  let plan: JobPlan.Parameters
  let gate: QualityGate
  /// How long the files behind a check that was not passed are kept.
  let evidenceSeconds: Double

  init(_ reader: SettingsReader, home: String) throws {
    uploadLimitBytes = try reader.integer(
      "ENCODING_UPLOAD_LIMIT_BYTES", default: 50 << 30, in: 1...64 << 30)
    uploadQuotaBytes = try reader.integer("ENCODING_UPLOAD_QUOTA_BYTES", default: 200 << 30, in: 1...1 << 50)
    uploadExpirySeconds = try reader.double("ENCODING_UPLOAD_EXPIRY_SECONDS", default: 86_400, in: 0.5...2_592_000)
    uploadKeepSeconds = try reader.double("ENCODING_UPLOAD_KEEP_SECONDS", default: 604_800, in: 0.5...31_536_000)
    uploadSweepSeconds = try reader.double("ENCODING_UPLOAD_SWEEP_SECONDS", default: 60, in: 0.1...3600)
    reserveBytes = try reader.integer("ENCODING_RESERVE_BYTES", default: 1 << 30, in: 0...1 << 50)
    sourceFolders = try reader.text("ENCODING_SOURCE_FOLDERS", default: "\(home)/sources")
      .split(separator: ":").map(String.init).filter { $0.hasPrefix("/") }
    leaseSeconds = try reader.double("ENCODING_LEASE_SECONDS", default: 15, in: 0.5...3600)
    maximumAttempts = try reader.integer("ENCODING_MAXIMUM_ATTEMPTS", default: 5, in: 1...50)
    maximumExcusedAttempts = try reader.integer("ENCODING_MAXIMUM_EXCUSED_ATTEMPTS", default: 20, in: 1...1000)
    failedKeptSeconds = try reader.double("ENCODING_FAILED_KEPT_SECONDS", default: 86_400, in: 0...2_592_000)
    workerMemorySeconds = try reader.double("ENCODING_WORKER_MEMORY_SECONDS", default: 3600, in: 60...604_800)
    eventListeners = try reader.integer("ENCODING_EVENT_LISTENERS", default: 200, in: 1...10_000)
    eventStreamSeconds = try reader.double("ENCODING_EVENT_STREAM_SECONDS", default: 900, in: 1...86_400)
    backoffSeconds = try reader.double("ENCODING_BACKOFF_SECONDS", default: 1, in: 0.01...600)
    maximumBackoffSeconds = try reader.double("ENCODING_MAXIMUM_BACKOFF_SECONDS", default: 60, in: 0.01...3600)
    gate = QualityGate(
      strayLimit: try reader.double("ENCODING_QUALITY_STRAY_LIMIT", default: 0.85, in: 0...1000),
      worstSecondStrayLimit: try reader.double("ENCODING_QUALITY_WORST_STRAY_LIMIT", default: 0.95, in: 0...1000))
    evidenceSeconds = try reader.double("ENCODING_EVIDENCE_SECONDS", default: 7 * 86_400, in: 0...366 * 86_400)
    let (hevc, av1) = (
      try reader.boolean("ENCODING_HEVC", default: false), try reader.boolean("ENCODING_AV1", default: false)
    )
    stagingGraceSeconds = try reader.double("ENCODING_STAGING_GRACE_SECONDS", default: 3600, in: 0...2_592_000)
    withdrawnGraceSeconds = try reader.double("ENCODING_WITHDRAWN_GRACE_SECONDS", default: 21_600, in: 0...2_592_000)
    plan = JobPlan.Parameters(
      groupSeconds: try reader.double("ENCODING_GROUP_SECONDS", default: 2, in: 0.2...10),
      groupsPerSegment: try reader.integer("ENCODING_GROUPS_PER_SEGMENT", default: 2, in: 1...10),
      chunkSeconds: try reader.double("ENCODING_CHUNK_SECONDS", default: 10, in: 0.2...600),
      preset: try reader.choice("ENCODING_PRESET", default: JobPlan.Preset.fast),
      constantRateFactor: try reader.integer("ENCODING_CONSTANT_RATE_FACTOR", default: 23, in: 10...40),
      codecs: [.h264] + (hevc ? [.hevc] : []) + (av1 ? [.av1] : []),
      hevcPreset: try reader.choice("ENCODING_HEVC_PRESET", default: JobPlan.Preset.fast),
      av1Preset: try reader.integer("ENCODING_AV1_PRESET", default: 10, in: 2...13),
      ladder: try reader.choice("ENCODING_LADDER", default: LadderKind.perTitle),
      sampleMinimumSeconds: try reader.double("ENCODING_SAMPLE_MINIMUM_SECONDS", default: 300, in: 0...86_400),
      targetQuality: try reader.double("ENCODING_TARGET_QUALITY", default: 95, in: 50...100),
      qualityWholeSeconds: try reader.double("ENCODING_QUALITY_WHOLE_SECONDS", default: 12, in: 0...86_400),
      isProgressive: try reader.boolean("ENCODING_PROGRESSIVE", default: true),
      progressiveMinimumSeconds: try reader.double(
        "ENCODING_PROGRESSIVE_MINIMUM_SECONDS", default: 60, in: 0...86_400),
      beginningSeconds: try reader.double("ENCODING_BEGINNING_SECONDS", default: 12, in: 0...600),
      encryption: try reader.choice("ENCODING_ENCRYPTION", default: JobEncryption.none),
      audioCodecs: try reader.boolean("ENCODING_OPUS", default: false) ? [.opus] : [])
  }
}
