package import ConfigKit
import Contract

/// Every setting of playback, once. Names carry the prefix `MATINEE_PLAYBACK_`.
package struct PlaybackSettings: Sendable {
  /// How often a player is asked to report, in seconds.
  package let heartbeatSeconds: Int
  /// A stream lease outlives its last heartbeat by this many heartbeats.
  package let leaseHeartbeats: Int
  /// Streams at once of an account whose plan has not been heard of yet.
  package let streamsByDefault: Int
  /// Pixels of the picture's shorter side, for such an account.
  package let maxHeightByDefault: Int
  /// How long a session's media addresses work, in seconds: the bound on what a leaked address is worth.
  package let mediaTokenSeconds: Int
  static let longestMediaTokenSeconds = 86_400
  /// Below this share of the programme nothing is resumed: it has hardly begun.
  package let resumeFromShare: Double
  /// Above this share nothing is resumed: the credits are rolling.
  package let resumeUntilShare: Double
  /// How far beyond the programme's length a reported position may lie, in seconds.
  package let positionToleranceSeconds: Double
  /// The fastest playing that counts as watching, in programme seconds per second.
  package let fastestRate: Double
  /// While playing, at most one progress event per session in this many seconds.
  package let progressEventSeconds: Int
  /// Between two looks for expired leases, in milliseconds.
  package let sweepMilliseconds: Int
  /// The most resume points one answer carries.
  package let resumePointsLimit: Int
  /// The most entries one page of history or of my list carries.
  package let historyLimit: Int
  /// The most titles on one profile's list.
  package let listMaximum: Int
  /// The most titles one profile gives thumbs to.
  package let ratingsMaximum: Int
  /// Ended sessions are forgotten after this many hours; never before their media tokens have expired.
  package let sessionRetentionHours: Int
  /// The answer to a start is kept for its `Idempotency-Key` this many hours.
  package let idempotencyHours: Int

  package init(_ reader: SettingsReader) throws {
    heartbeatSeconds = try reader.integer("PLAYBACK_HEARTBEAT_SECONDS", default: 10, in: 1...60)
    leaseHeartbeats = try reader.integer("PLAYBACK_LEASE_HEARTBEATS", default: 3, in: 2...10)
    streamsByDefault = try reader.integer("PLAYBACK_STREAMS_DEFAULT", default: 4, in: 1...100)
    maxHeightByDefault = try reader.integer(
      "PLAYBACK_MAX_HEIGHT_DEFAULT", default: 1080, in: MediaLayout.lowestHeightCap...8640)
    mediaTokenSeconds = try reader.integer(
      "PLAYBACK_MEDIA_TOKEN_SECONDS", default: 14_400, in: 60...Self.longestMediaTokenSeconds)
    resumeFromShare = try reader.double("PLAYBACK_RESUME_FROM_SHARE", default: 0.02, in: 0...0.5)
    resumeUntilShare = try reader.double("PLAYBACK_RESUME_UNTIL_SHARE", default: 0.92, in: 0.5...1)
    positionToleranceSeconds = try reader.double("PLAYBACK_POSITION_TOLERANCE_SECONDS", default: 5, in: 0...60)
    fastestRate = try reader.double("PLAYBACK_FASTEST_RATE", default: 2, in: 1...4)
    progressEventSeconds = try reader.integer("PLAYBACK_PROGRESS_EVENT_SECONDS", default: 30, in: 1...600)
    sweepMilliseconds = try reader.integer("PLAYBACK_SWEEP_MILLISECONDS", default: 1000, in: 50...10_000)
    resumePointsLimit = try reader.integer("PLAYBACK_RESUME_POINTS_LIMIT", default: 50, in: 1...200)
    historyLimit = try reader.integer("PLAYBACK_HISTORY_LIMIT", default: 100, in: 1...500)
    listMaximum = try reader.integer("PLAYBACK_LIST_MAXIMUM", default: 500, in: 1...5000)
    ratingsMaximum = try reader.integer("PLAYBACK_RATINGS_MAXIMUM", default: 5000, in: 1...20_000)
    sessionRetentionHours = try reader.integer("PLAYBACK_SESSION_RETENTION_HOURS", default: 168, in: 24...8760)
    idempotencyHours = try reader.integer("PLAYBACK_IDEMPOTENCY_HOURS", default: 24, in: 1...168)
  }

  /// How long a stream lease lives after its last heartbeat, in seconds.
  package var leaseSeconds: Int { heartbeatSeconds * leaseHeartbeats }
}
