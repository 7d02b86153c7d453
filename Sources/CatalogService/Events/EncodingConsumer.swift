import CatalogAPI
import Contract
import EncodingAPI
import StorageKit

/// What encoding tells: an asset makes its title playable.
struct EncodingConsumer: Sendable {
  static let name = "catalog"
  static let sources = ["/encoding"]

  let titles: TitleStore

  func apply(_ event: Event, in db: SQLSession) throws {
    guard let published = try event.body(AssetPublished.self) else { return }
    let video = PlayableVideo(
      assetId: published.assetId, durationSeconds: published.durationSeconds, maxHeight: published.maxHeight)
    try titles.setVideo(video, of: published.titleId, toldBy: event.header, in: db)
  }
}
