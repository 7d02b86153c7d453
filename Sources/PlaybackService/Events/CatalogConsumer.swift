import CatalogAPI
package import Contract
package import EventKit
package import StorageKit

/// What catalog tells us: which titles there are, how old one must be, when and where they may be shown, and what
/// plays. A line of its snapshot is the body of a ``TitleChanged``.
package enum CatalogConsumer {
  package static let name = "playback-catalog"
  package static let source = "/catalog"

  package static func apply(_ event: Event, at now: Timestamp, in db: SQLSession) throws {
    guard let changed = try event.body(TitleChanged.self) else { return }
    let before = try TitleStore.title(changed.title.id, in: db)?.video?.asset
    try ContentKeyStore.note(changed.title.video?.assetId, inPlaceOf: before, at: now, in: db)
    try put(changed.title, in: db)
  }

  package static let rebuild = ConsumerRebuild(
    reset: { db in try TitleStore.forgetTitles(in: db) },
    restore: { _, line, db in try put(JSON.decode(TitleChanged.self, from: line).title, in: db) })

  private static func put(_ title: Title, in db: SQLSession) throws {
    // A video without a length cannot be played.
    let video = title.video.flatMap { video in
      video.durationSeconds.isFinite && video.durationSeconds > 0
        ? KnownTitle.Video(
          asset: video.assetId, durationSeconds: video.durationSeconds, tracks: video.tracks ?? MediaTracks()) : nil
    }
    let known = KnownTitle(maturity: title.maturity, availability: title.availability ?? .unbounded, video: video)
    try TitleStore.put(known, as: title.id, in: db)
  }
}
