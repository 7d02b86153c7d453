import CatalogAPI
import Contract
import EventKit
import StorageKit

/// What plays for a title, as encoding tells it.
extension TitleStore {
  /// Sets what plays for a title, or keeps it until the title is known. Being told twice, or of something older,
  /// changes nothing; nor does the beginning of a film take the place of a whole one.
  func setVideo(
    _ video: PlayableVideo, isComplete: Bool, of id: TitleID, toldBy header: EventHeader, in db: SQLSession
  ) throws {
    guard try !isWithdrawn(video.assetId, after: header, in: db) else { return }
    let isNews = try db.execute(
      """
      INSERT INTO video (title_id, asset_id, duration_seconds, max_height, tracks, epoch, seq, published_at,
        is_complete)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (title_id) DO UPDATE SET asset_id = excluded.asset_id, duration_seconds = excluded.duration_seconds,
        max_height = excluded.max_height, tracks = excluded.tracks, epoch = excluded.epoch, seq = excluded.seq,
        published_at = excluded.published_at, is_complete = excluded.is_complete
      WHERE excluded.is_complete >= video.is_complete AND CASE WHEN video.epoch = excluded.epoch
        THEN video.seq < excluded.seq
        ELSE (video.asset_id <> excluded.asset_id OR video.is_complete < excluded.is_complete)
          AND video.published_at <= excluded.published_at END
      """,
      id, video.assetId, video.durationSeconds, video.maxHeight,
      try video.tracks.map { String(decoding: try JSON.encode($0), as: UTF8.self) }, header.epoch, header.seq,
      header.time, isComplete)
    if isNews > 0 { try tell(id, because: header, in: db) }
  }

  /// Nothing plays for the title any more, unless something else than that asset does.
  func withdrawVideo(_ asset: AssetID, of id: TitleID, toldBy header: EventHeader, in db: SQLSession) throws {
    try db.execute(
      """
      INSERT INTO withdrawn_asset (asset_id, epoch, seq, withdrawn_at) VALUES (?, ?, ?, ?)
      ON CONFLICT (asset_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq,
        withdrawn_at = excluded.withdrawn_at
      WHERE CASE WHEN withdrawn_asset.epoch = excluded.epoch THEN withdrawn_asset.seq < excluded.seq
        ELSE withdrawn_asset.withdrawn_at <= excluded.withdrawn_at END
      """, asset, header.epoch, header.seq, header.time)
    let isNews = try db.execute(
      """
      DELETE FROM video WHERE title_id = ? AND asset_id = ?
        AND CASE WHEN epoch = ? THEN seq < ? ELSE published_at <= ? END
      """, id, asset, header.epoch, header.seq, header.time)
    if isNews > 0 { try tell(id, because: header, in: db) }
  }

  private func isWithdrawn(_ asset: AssetID, after header: EventHeader, in db: SQLSession) throws -> Bool {
    try db.first(
      """
      SELECT 1 FROM withdrawn_asset
      WHERE asset_id = ? AND CASE WHEN epoch = ? THEN seq > ? ELSE withdrawn_at >= ? END
      """, asset, header.epoch, header.seq, header.time
    ) { _ in true } ?? false
  }

  private func tell(_ id: TitleID, because header: EventHeader, in db: SQLSession) throws {
    guard let title = try title(id, in: db) else { return }
    let trace = header.traceparent.flatMap(TraceContext.init)
    try outbox.append(TitleChanged(title: title), subject: id.description, in: db, trace: trace)
  }
}
