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
    default: break
    }
  }

  static let rebuild = ConsumerRebuild(
    reset: { db in try ProjectionStore.clearPlays(in: db) },
    restore: { _, line, db in
      guard let viewing = try JSON.decode(PlaybackSnapshotLine.self, from: line).viewing else { return }
      try restore(viewing, in: db)
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
  }

  private static func apply(_ progressed: PlaybackProgressed, in db: SQLSession) throws {
    guard let titleId = progressed.titleId else { return }
    guard try !WatchStore.isErased(progressed.profileId, in: db) else { return }
    let watch = Watch(
      title: try ProjectionStore.number(of: titleId, in: db),
      positionSeconds: max(0, progressed.positionSeconds), durationSeconds: max(0, progressed.durationSeconds),
      watchedSeconds: max(0, progressed.watchedSeconds), lastAt: progressed.at)
    try WatchStore.set(watch, by: progressed.profileId, in: db)
  }

  private static func apply(_ ended: PlaybackEnded, in db: SQLSession) throws {
    guard let titleId = ended.titleId else { return }
    guard try !WatchStore.isErased(ended.profileId, in: db) else { return }
    let watch = Watch(
      title: try ProjectionStore.number(of: titleId, in: db), positionSeconds: max(0, ended.positionSeconds),
      durationSeconds: max(0, ended.durationSeconds), watchedSeconds: max(0, ended.watchedSeconds), lastAt: ended.at)
    try WatchStore.set(watch, by: ended.profileId, in: db)
  }

  private static func apply(_ hidden: ViewingHidden, in db: SQLSession) throws {
    guard let title = hidden.titleId else { return }
    try WatchStore.hide(try ProjectionStore.number(of: title, in: db), of: hidden.profileId, in: db)
  }
}
