package import AccountsAPI
package import Contract
package import StorageKit

/// A title as far as playing it goes.
package struct KnownTitle: Sendable, Equatable {
  package let maturity: MaturityRating
  package let availability: Availability
  /// Absent until a film file has been encoded.
  package let video: Video?

  package struct Video: Sendable, Equatable {
    package let asset: AssetID
    package let durationSeconds: Double
    package let tracks: MediaTracks

    package init(asset: AssetID, durationSeconds: Double, tracks: MediaTracks = MediaTracks()) {
      self.asset = asset
      self.durationSeconds = durationSeconds
      self.tracks = tracks
    }
  }

  package init(maturity: MaturityRating, availability: Availability = .unbounded, video: Video?) {
    self.maturity = maturity
    self.availability = availability
    self.video = video
  }

  package func isThere(for audience: Audience) -> Bool { audience.admits(maturity, availability) }
}

/// All SQL about what others own and playback keeps a copy of: titles, and what the plans of accounts give.
package enum TitleStore {
  package static func title(_ id: TitleID, in db: SQLSession) throws -> KnownTitle? {
    try db.first(
      """
      SELECT minimum_age, asset_id, duration_seconds, tracks, available_from, available_until, territories
      FROM titles WHERE id = ?
      """, id
    ) { row in
      let age = row.int(0)
      let asset: AssetID? = try row.idOrNil(1)
      return KnownTitle(
        maturity: MaturityRating.allCases.first { $0.minimumAge == age } ?? .eighteen,
        availability: window(from: row.time(4), until: row.time(5), territories: row.text(6)),
        video: try asset.map { asset in
          KnownTitle.Video(
            asset: asset, durationSeconds: row.double(2),
            tracks: try row.textOrNil(3).map { try JSON.decode(MediaTracks.self, from: Array($0.utf8)) }
              ?? MediaTracks())
        })
    }
  }

  package static func put(_ title: KnownTitle, as id: TitleID, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO titles (
        id, minimum_age, asset_id, duration_seconds, tracks, available_from, available_until, territories)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        minimum_age = excluded.minimum_age, asset_id = excluded.asset_id, duration_seconds = excluded.duration_seconds,
        tracks = excluded.tracks, available_from = excluded.available_from,
        available_until = excluded.available_until, territories = excluded.territories
      """,
      id, title.maturity.minimumAge, title.video?.asset, title.video?.durationSeconds ?? 0.0,
      try title.video.map { String(decoding: try JSON.encode($0.tracks), as: UTF8.self) },
      title.availability.from ?? openFrom, title.availability.until ?? openUntil,
      (title.availability.territories ?? []).map(\.description).joined(separator: " "))
  }

  /// What stands in the table for a window without a beginning or an end.
  private static let openFrom = Timestamp(milliseconds: 0)
  private static let openUntil = Timestamp(milliseconds: .max)

  package static func window(from: Timestamp, until: Timestamp, territories: String = "") -> Availability {
    Availability(
      from: from == openFrom ? nil : from, until: until == openUntil ? nil : until,
      territories: territories.isEmpty ? nil : territories.split(separator: " ").compactMap { Territory($0) })
  }

  /// Nil where accounts has not told.
  package static func allowance(of account: AccountID, in db: SQLSession) throws -> PlaybackAllowance? {
    try db.first(
      "SELECT streams, max_height FROM accounts WHERE id = ? AND streams IS NOT NULL AND max_height IS NOT NULL",
      account
    ) { row in PlaybackAllowance(streams: row.int(0), maxHeight: row.int(1)) }
  }

  /// An allowance that is not told leaves the one that is known.
  package static func put(
    _ plan: Plan, _ allowance: PlaybackAllowance?, of account: AccountID, in db: SQLSession
  ) throws {
    try db.execute(
      """
      INSERT INTO accounts (id, plan, streams, max_height) VALUES (?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET
        plan = excluded.plan, streams = coalesce(excluded.streams, streams),
        max_height = coalesce(excluded.max_height, max_height)
      """,
      account, plan, allowance?.streams, allowance?.maxHeight)
  }

  package static func forgetPlan(of account: AccountID, in db: SQLSession) throws {
    try db.execute("DELETE FROM accounts WHERE id = ?", account)
  }

  package static func forgetTitles(in db: SQLSession) throws {
    try db.execute("DELETE FROM titles")
  }

  package static func forgetPlans(in db: SQLSession) throws {
    try db.execute("DELETE FROM accounts")
  }
}

extension Plan: SQLValue {}
