import CatalogAPI
import Contract
import EncodingAPI
import StorageKit

/// What encoding tells: an asset makes its title playable, or no longer.
struct EncodingConsumer: Sendable {
  static let name = "catalog"
  static let sources = ["/encoding"]

  let titles: TitleStore

  func apply(_ event: Event, in db: SQLSession) throws {
    if let withdrawn = try event.body(AssetWithdrawn.self) {
      return try titles.withdrawVideo(withdrawn.assetId, of: withdrawn.titleId, toldBy: event.header, in: db)
    }
    guard let published = try event.body(AssetPublished.self) else { return }
    let video = PlayableVideo(
      assetId: published.assetId, durationSeconds: published.durationSeconds, maxHeight: published.maxHeight,
      tracks: published.tracks)
    try titles.setVideo(
      video, isComplete: published.isComplete ?? true, of: published.titleId, toldBy: event.header, in: db)
  }
}
