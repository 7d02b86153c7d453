import Contract
import EventKit
import PlaybackAPI
import StorageKit

/// What playback tells: who watches what, and how far. Every effect depends on the events alone, never on when they
/// are read, so a projection made anew comes out the same.
enum PlaybackConsumer {
  static let name = "recommendations-playback"
  static let source = "/playback"

  static func apply(_ event: Event, in db: SQLSession) throws {
    switch event.header.type {
    case PlaybackStarted.type: try event.body(PlaybackStarted.self).map { try apply($0, in: db) }
    case PlaybackProgressed.type: try event.body(PlaybackProgressed.self).map { try apply($0, in: db) }
    case PlaybackEnded.type: try event.body(PlaybackEnded.self).map { try apply($0, in: db) }
    case ViewingHidden.type: try event.body(ViewingHidden.self).map { try apply($0, in: db) }
    case ListChanged.type: try event.body(ListChanged.self).map { try apply($0, in: db) }
    case RatingChanged.type: try event.body(RatingChanged.self).map { try apply($0, in: db) }
    default: break
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

  private static func apply(_ started: PlaybackStarted, in db: SQLSession) throws {
    guard let titleId = started.titleId else { return }
    guard try !WatchStore.isErased(started.profileId, in: db) else { return }
    let title = try ProjectionStore.number(of: titleId, in: db)
    try WatchStore.begin(title, by: started.profileId, at: started.startedAt, in: db)
    try PlayCountStore.count(title, by: started.profileId, at: started.startedAt, in: db)
    try ImpressionStore.begin(started.sessionId, of: title, by: started.profileId, at: started.startedAt, in: db)
  }

  private static func apply(_ progressed: PlaybackProgressed, in db: SQLSession) throws {
    guard let titleId = progressed.titleId else { return }
    guard try !WatchStore.isErased(progressed.profileId, in: db) else { return }
    let watch = Watch(
      title: try ProjectionStore.number(of: titleId, in: db),
      positionSeconds: max(0, progressed.positionSeconds), durationSeconds: max(0, progressed.durationSeconds),
      watchedSeconds: max(0, progressed.watchedSeconds), lastAt: progressed.at)
    try set(watch, by: progressed.profileId, in: db)
    try ImpressionStore.progress(progressed.sessionId, share: watch.completion, in: db)
  }

  private static func apply(_ ended: PlaybackEnded, in db: SQLSession) throws {
    guard let titleId = ended.titleId else { return }
    guard try !WatchStore.isErased(ended.profileId, in: db) else { return }
    let watch = Watch(
      title: try ProjectionStore.number(of: titleId, in: db), positionSeconds: max(0, ended.positionSeconds),
      durationSeconds: max(0, ended.durationSeconds), watchedSeconds: max(0, ended.watchedSeconds), lastAt: ended.at)
    try set(watch, by: ended.profileId, in: db)
    try ImpressionStore.progress(ended.sessionId, share: watch.completion, in: db)
  }

  private static func apply(_ hidden: ViewingHidden, in db: SQLSession) throws {
    guard let titleId = hidden.titleId else { return }
    let title = try ProjectionStore.number(of: titleId, in: db)
    try LearningStore.noting(title, of: hidden.profileId, in: db) {
      try WatchStore.hide(title, of: hidden.profileId, in: db)
    }
  }

  private static func apply(_ changed: ListChanged, in db: SQLSession) throws {
    guard let title = changed.titleId else { return }
    try setListed(changed.isListed, title, by: changed.profileId, at: changed.at, in: db)
  }

  private static func apply(_ changed: RatingChanged, in db: SQLSession) throws {
    guard let title = changed.titleId else { return }
    try set(changed.thumbs, for: title, by: changed.profileId, at: changed.at, in: db)
  }

  // MARK: - Effects that a model may learn from

  private static func set(_ watch: Watch, by profile: ProfileID, in db: SQLSession) throws {
    try LearningStore.noting(watch.title, of: profile, in: db) { try WatchStore.set(watch, by: profile, in: db) }
  }

  private static func setListed(
    _ isListed: Bool, _ titleId: TitleID, by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    guard try !WatchStore.isErased(profile, in: db) else { return }
    let title = try ProjectionStore.number(of: titleId, in: db)
    try LearningStore.noting(title, of: profile, in: db) {
      try OpinionStore.setListed(isListed, title, by: profile, at: time, in: db)
    }
  }

  private static func set(
    _ thumbs: Thumbs?, for titleId: TitleID, by profile: ProfileID, at time: Timestamp, in db: SQLSession
  ) throws {
    guard try !WatchStore.isErased(profile, in: db) else { return }
    let title = try ProjectionStore.number(of: titleId, in: db)
    try LearningStore.noting(title, of: profile, in: db) {
      try OpinionStore.set(thumbs, for: title, by: profile, at: time, in: db)
    }
  }
}
