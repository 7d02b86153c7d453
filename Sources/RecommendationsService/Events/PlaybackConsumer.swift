import Contract
import EventKit
import PlaybackAPI
import StorageKit

/// What playback tells: who watches what, and how far. Every effect depends on the events alone, never on when they
/// are read, so a projection made anew comes out the same.
enum PlaybackConsumer {
  static let name = "recommendations-playback"
  static let source = "/playback"

  /// What an event does; nil for one that tells nothing, or not of which title.
  static func effect(of event: Event) throws -> EventEffect? {
    switch event.header.type {
    case PlaybackStarted.type: try event.body(PlaybackStarted.self).flatMap(effect)
    case PlaybackProgressed.type: try event.body(PlaybackProgressed.self).flatMap(effect)
    case PlaybackEnded.type: try event.body(PlaybackEnded.self).flatMap(effect)
    case ViewingHidden.type: try event.body(ViewingHidden.self).flatMap(effect)
    case ListChanged.type: try event.body(ListChanged.self).flatMap(effect)
    case RatingChanged.type: try event.body(RatingChanged.self).flatMap(effect)
    default: nil
    }
  }

  static let rebuild = ConsumerRebuild(
    reset: { db in try ProjectionStore.clearPlays(in: db) },
    restore: { _, line, db in
      let line = try JSON.decode(PlaybackSnapshotLine.self, from: line)
      if let viewing = line.viewing { try restore(viewing, in: db) }
      if let listed = line.listed {
        try setListed(true, listed.entry.titleId, by: listed.profileId, at: listed.entry.addedAt, in: db)
      }
      if let rated = line.rated {
        let time = rated.ratedAt ?? Timestamp(milliseconds: 0)
        try set(rated.rating.thumbs, for: rated.rating.titleId, by: rated.profileId, at: time, in: db)
      }
    })

  /// Past the retention it is known how far a profile got, but not when it began: it counts when it last watched.
  private static func restore(_ viewing: PlaybackSnapshotLine.Viewing, in db: SQLSession) throws {
    guard try !WatchStore.isErased(viewing.profileId, in: db) else { return }
    let watch = Watch(
      title: try ProjectionStore.number(of: viewing.titleId, in: db),
      positionSeconds: max(0, viewing.positionSeconds), durationSeconds: max(0, viewing.durationSeconds),
      watchedSeconds: max(0, viewing.watchedSeconds), lastAt: viewing.lastWatchedAt)
    try WatchStore.set(watch, by: viewing.profileId, in: db)
    try PlayCountStore.count(watch.title, by: viewing.profileId, at: viewing.lastWatchedAt, in: db)
  }

  private static func effect(of started: PlaybackStarted) -> EventEffect? {
    guard let titleId = started.titleId else { return nil }
    return { db in
      guard try !WatchStore.isErased(started.profileId, in: db) else { return }
      let title = try ProjectionStore.number(of: titleId, in: db)
      try WatchStore.begin(title, by: started.profileId, at: started.startedAt, in: db)
      try PlayCountStore.count(title, by: started.profileId, at: started.startedAt, in: db)
      try ImpressionStore.begin(started.sessionId, of: title, by: started.profileId, at: started.startedAt, in: db)
    }
  }

  private static func effect(of progressed: PlaybackProgressed) -> EventEffect? {
    guard let titleId = progressed.titleId else { return nil }
    return watching(
      titleId, in: progressed.sessionId, by: progressed.profileId, position: progressed.positionSeconds,
      of: progressed.durationSeconds, watched: progressed.watchedSeconds, at: progressed.at)
  }

  private static func effect(of ended: PlaybackEnded) -> EventEffect? {
    guard let titleId = ended.titleId else { return nil }
    return watching(
      titleId, in: ended.sessionId, by: ended.profileId, position: ended.positionSeconds, of: ended.durationSeconds,
      watched: ended.watchedSeconds, at: ended.at)
  }

  private static func watching(
    _ titleId: TitleID, in session: PlaybackSessionID, by profile: ProfileID, position: Double, of duration: Double,
    watched: Double, at time: Timestamp
  ) -> EventEffect {
    { db in
      guard try !WatchStore.isErased(profile, in: db) else { return }
      let watch = Watch(
        title: try ProjectionStore.number(of: titleId, in: db), positionSeconds: max(0, position),
        durationSeconds: max(0, duration), watchedSeconds: max(0, watched), lastAt: time)
      try set(watch, by: profile, in: db)
      try ImpressionStore.progress(session, share: watch.completion, in: db)
    }
  }

  private static func effect(of hidden: ViewingHidden) -> EventEffect? {
    guard let titleId = hidden.titleId else { return nil }
    return { db in
      let title = try ProjectionStore.number(of: titleId, in: db)
      try LearningStore.note(title, of: hidden.profileId, in: db) { $0.watch(nil) }
      try WatchStore.hide(title, of: hidden.profileId, in: db)
    }
  }

  private static func effect(of changed: ListChanged) -> EventEffect? {
    guard let title = changed.titleId else { return nil }
    return { try setListed(changed.isListed, title, by: changed.profileId, at: changed.at, in: $0) }
  }

  private static func effect(of changed: RatingChanged) -> EventEffect? {
    guard let title = changed.titleId else { return nil }
    return { try set(changed.thumbs, for: title, by: changed.profileId, at: changed.at, in: $0) }
  }

  // MARK: - Effects that a model may learn from

  private static func set(_ watch: Watch, by profile: ProfileID, in db: SQLSession) throws {
    try LearningStore.note(watch.title, of: profile, in: db) { $0.watch(watch) }
    try WatchStore.set(watch, by: profile, in: db)
  }

  private static func setListed(
    _ isListed: Bool, _ titleId: TitleID, by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    guard try !WatchStore.isErased(profile, in: db) else { return }
    let title = try ProjectionStore.number(of: titleId, in: db)
    try LearningStore.note(title, of: profile, in: db) { $0.isListed = isListed }
    try OpinionStore.setListed(isListed, title, by: profile, at: time, in: db)
  }

  private static func set(
    _ thumbs: Thumbs?, for titleId: TitleID, by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    guard try !WatchStore.isErased(profile, in: db) else { return }
    let title = try ProjectionStore.number(of: titleId, in: db)
    try LearningStore.note(title, of: profile, in: db) { $0.thumbs = thumbs }
    try OpinionStore.set(thumbs, for: title, by: profile, at: time, in: db)
  }
}
