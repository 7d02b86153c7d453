import AccountsAPI
import CatalogAPI
import Contract
import PlaybackAPI
import StorageKit

@testable import RecommendationsService

func profileID(_ name: String) -> ProfileID { ProfileID(seed: name) }

/// Events of several sources as their outboxes number them.
struct SampleEvents {
  private var sequences: [String: Int64] = [:]
  private(set) var all: [Event] = []

  mutating func tell<Body: EventBody>(
    _ body: Body, from source: String, subject: String, at time: Timestamp = noon
  ) throws {
    let sequence = (sequences[source] ?? 0) + 1
    sequences[source] = sequence
    let header = EventHeader(
      id: EventID(seed: "\(source) \(sequence)"), source: source, type: Body.type, subject: subject, time: time,
      seq: sequence, epoch: "1", traceparent: nil)
    all.append(try Event(header: header, data: JSON.encode(body)))
  }

  mutating func title(_ facts: TitleFacts) throws {
    try tell(TitleChanged(title: title(of: facts)), from: "/catalog", subject: facts.id.description)
  }

  mutating func start(_ profile: String, _ title: String, hoursAgo: Double = 0) throws {
    let time = noon.adding(seconds: -hoursAgo * 3600)
    let started = PlaybackStarted(
      sessionId: PlaybackSessionID(seed: "\(profile) \(title)"), profileId: profileID(profile),
      accountId: AccountID(seed: profile), titleId: titleID(title), startedAt: time)
    try tell(started, from: "/playback", subject: profileID(profile).description, at: time)
  }

  mutating func progress(_ profile: String, _ title: String, share: Double, hoursAgo: Double = 0) throws {
    let time = noon.adding(seconds: -hoursAgo * 3600)
    let progressed = PlaybackProgressed(
      sessionId: PlaybackSessionID(seed: "\(profile) \(title)"), profileId: profileID(profile),
      titleId: titleID(title), positionSeconds: share * 1000, durationSeconds: 1000, watchedSeconds: share * 1000,
      state: .playing, at: time)
    try tell(progressed, from: "/playback", subject: profileID(profile).description, at: time)
  }

  mutating func end(_ profile: String, _ title: String, share: Double, hoursAgo: Double = 0) throws {
    let time = noon.adding(seconds: -hoursAgo * 3600)
    let ended = PlaybackEnded(
      sessionId: PlaybackSessionID(seed: "\(profile) \(title)"), profileId: profileID(profile),
      titleId: titleID(title), positionSeconds: share * 1000, durationSeconds: 1000, watchedSeconds: share * 1000,
      reason: .stopped, mediaExpiresAt: time, at: time)
    try tell(ended, from: "/playback", subject: profileID(profile).description, at: time)
  }

  mutating func list(_ profile: String, _ title: String, isListed: Bool = true, hoursAgo: Double = 0) throws {
    let time = noon.adding(seconds: -hoursAgo * 3600)
    let changed = ListChanged(
      profileId: profileID(profile), accountId: AccountID(seed: profile), titleId: titleID(title), isListed: isListed,
      at: time)
    try tell(changed, from: "/playback", subject: profileID(profile).description, at: time)
  }

  mutating func rate(_ profile: String, _ title: String, _ thumbs: Thumbs?, hoursAgo: Double = 0) throws {
    let time = noon.adding(seconds: -hoursAgo * 3600)
    let changed = RatingChanged(
      profileId: profileID(profile), accountId: AccountID(seed: profile), titleId: titleID(title), thumbs: thumbs,
      at: time)
    try tell(changed, from: "/playback", subject: profileID(profile).description, at: time)
  }

  mutating func hide(_ profile: String, _ title: String) throws {
    let hidden = ViewingHidden(
      profileId: profileID(profile), accountId: AccountID(seed: profile), titleId: titleID(title), at: noon)
    try tell(hidden, from: "/playback", subject: profileID(profile).description)
  }

  mutating func erase(_ account: String, profiles: [String]) throws {
    let erased = AccountErased(accountId: AccountID(seed: account), profileIds: profiles.map(profileID), at: noon)
    try tell(erased, from: "/accounts", subject: erased.accountId.description)
  }

  mutating func delete(_ profile: String) throws {
    let deleted = ProfileDeleted(profileId: profileID(profile), accountId: AccountID(seed: profile))
    try tell(deleted, from: "/accounts", subject: profileID(profile).description)
  }

  private func title(of facts: TitleFacts) -> Title {
    Title(
      id: facts.id, kind: .film, name: "A name", year: facts.year, synopsis: "", language: "en", countries: [],
      maturity: facts.maturity, runtimeSeconds: 1000, genres: facts.genres, directors: facts.directors,
      cast: facts.cast, licence: "CC0",
      video: facts.isPlayable
        ? PlayableVideo(assetId: AssetID(seed: "a"), durationSeconds: 1000, maxHeight: 1080) : nil,
      createdAt: facts.addedAt, availability: facts.availability)
  }
}

extension ServiceDatabase {
  func consume(_ events: [Event]) async throws {
    for event in events {
      try await write { db in
        try PlaybackConsumer.effect(of: event)?(db)
        try CatalogConsumer.apply(event, in: db)
        try AccountsConsumer.apply(event, in: db)
      }
    }
  }

  /// All that the projection holds, by ids: numbers and revisions depend on the order between sources.
  func projection() throws -> [String] {
    try read { db in
      let facts = try db.rows(
        """
        SELECT t.id, f.year, f.maturity, f.is_playable, f.added_at, f.genres, f.directors, f."cast",
          coalesce(f.available_from, ''), coalesce(f.available_until, ''), coalesce(f.territories, '')
        FROM title_facts f JOIN title t ON t.number = f.title ORDER BY t.id LIMIT 10000
        """, as: { row in (0..<11).map(row.text).joined(separator: " ") })
      let watches = try db.rows(
        """
        SELECT w.profile, t.id, w.position_seconds, w.duration_seconds, w.watched_seconds, w.last_at
        FROM watch w JOIN title t ON t.number = w.title ORDER BY w.profile, t.id LIMIT 10000
        """, as: { row in (0..<6).map(row.text).joined(separator: " ") })
      let counted = try db.rows(
        """
        SELECT c.profile, t.id, c.day, c.hour FROM counted_play c JOIN title t ON t.number = c.title
        ORDER BY c.profile, t.id, c.day LIMIT 10000
        """, as: { row in (0..<4).map(row.text).joined(separator: " ") })
      let plays = try db.rows(
        """
        SELECT t.id, p.hour, p.profiles FROM plays_in_hour p JOIN title t ON t.number = p.title
        WHERE p.profiles > 0 ORDER BY t.id, p.hour LIMIT 10000
        """, as: { row in (0..<3).map(row.text).joined(separator: " ") })
      let opinions = try db.rows(
        """
        SELECT o.profile, t.id, o.thumbs, o.thumbs_at, o.is_listed, o.listed_at
        FROM opinion o JOIN title t ON t.number = o.title ORDER BY o.profile, t.id LIMIT 10000
        """, as: { row in (0..<6).map(row.text).joined(separator: " ") })
      let picks = try db.rows(
        "SELECT p.profile, t.id FROM pick p JOIN title t ON t.number = p.title ORDER BY p.profile, t.id LIMIT 10000",
        as: { row in (0..<2).map(row.text).joined(separator: " ") })
      let erased = try db.rows(
        "SELECT profile FROM erased_profile ORDER BY profile LIMIT 10000", as: { $0.text(0) })
      return facts + ["--"] + watches + ["--"] + counted + ["--"] + plays + ["--"] + opinions + ["--"] + picks
        + ["--"] + erased
    }
  }
}
