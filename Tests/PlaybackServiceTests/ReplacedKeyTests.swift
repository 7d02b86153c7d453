import CatalogAPI
import Contract
import PlaybackAPI
import PlaybackService
import SecurityKit
import StorageKit
import TestKit
import Testing

@Suite("Keys of assets that were replaced") struct ReplacedKeyTests {
  private func tell(_ asset: AssetID?, on stage: PlaybackStage) async throws {
    let title = Title(
      id: PlaybackStage.film, kind: .film, name: "A film", year: 2026, synopsis: "", language: "zxx", countries: [],
      maturity: .all, runtimeSeconds: 1, genres: [], directors: [], cast: [], licence: "CC-BY",
      video: asset.map { .init(assetId: $0, durationSeconds: 10, maxHeight: 360) }, createdAt: stage.time.now)
    try await stage.hear(
      TitleChanged(title: title), from: "/catalog", subject: PlaybackStage.film.description)
  }

  @Test("A replaced asset's key is dropped once nobody's media token can be valid, and not before")
  func replaced() async throws {
    try await withStage { stage in
      let keys = ContentKeys(database: stage.database, sealingKey: .random(), clock: stage.time.clock)
      let (old, new) = (AssetID(seed: "old"), AssetID(seed: "new"))
      for asset in [old, new] { _ = try await keys.makeOrFind(for: asset, scheme: .cbcs) }
      try await tell(old, on: stage)
      try await tell(new, on: stage)
      stage.time.pass(.seconds(86_000))
      try await stage.playback.sweep.prune()
      #expect(try keys.key(of: old).scheme == .cbcs)
      stage.time.pass(.seconds(1000))
      try await stage.playback.sweep.prune()
      #expect(throws: PlaybackError.contentKeyNotFound) { try keys.key(of: old) }
      #expect(try keys.key(of: new).scheme == .cbcs)
    }
  }

  @Test("An asset that comes back keeps its key, as does one whose title has none for a while")
  func returned() async throws {
    try await withStage { stage in
      let keys = ContentKeys(database: stage.database, sealingKey: .random(), clock: stage.time.clock)
      let (old, new) = (AssetID(seed: "old"), AssetID(seed: "new"))
      let made = try await keys.makeOrFind(for: old, scheme: .aes128)
      for asset in [old, new, old, nil] { try await tell(asset, on: stage) }
      stage.time.pass(.seconds(200_000))
      try await stage.playback.sweep.prune()
      #expect(try keys.key(of: old) == made)
    }
  }
}
