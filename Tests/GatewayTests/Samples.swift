import CatalogAPI
import ConfigKit
import Contract
import Foundation
import PlaybackAPI
import RecommendationsAPI
import TestKit

@testable import Gateway

enum Sample {
  static func title(
    _ name: String, maturity: MaturityRating = .all, genres: [String] = ["comedy"], isPlayable: Bool = true,
    at time: Int64 = 0, availability: Availability? = nil
  ) -> Title {
    Title(
      id: TitleID(seed: name), kind: .film, name: name, year: 1924, synopsis: "About \(name).", language: "en",
      countries: ["US"], maturity: maturity, runtimeSeconds: 3600, genres: genres, directors: ["B. Keaton"], cast: [],
      licence: "PD",
      video: isPlayable ? PlayableVideo(assetId: AssetID(seed: name), durationSeconds: 100, maxHeight: 720) : nil,
      createdAt: Timestamp(milliseconds: time), availability: availability)
  }

  static let profile = ProfileID(seed: "vera")
  static let account = AccountID(seed: "vera")

  static func context(limit: MaturityRating = .eighteen, in territory: Territory? = nil) -> CallContext {
    CallContext(
      principal: Principal(
        role: .viewer, account: account, profile: profile, maturityLimit: limit, territory: territory),
      deadline: .after(.seconds(60)))
  }

  static func catalogue(_ seq: Int64) -> EventPosition { EventPosition(epoch: "c", seq: seq) }

  /// - Parameters:
  ///   - seq: how far playback's events had been read.
  ///   - catalog: how far catalog's had.
  static func rows(_ titles: [Title], seq: Int64 = 0, catalog: Int64 = 1) -> RecommendedRows {
    let items = titles.map { RecommendedItem(titleId: $0.id, reason: Reason(kind: .trending, text: "Trending")) }
    return RecommendedRows(
      requestId: RequestID(seed: "page"), modelVersion: "m7",
      rows: [RecommendedRow(id: "trending", kind: .trending, items: items, next: "more\"")],
      basis: EventPosition(epoch: "e", seq: seq), catalogBasis: catalogue(catalog))
  }

  static func resume(_ title: Title, at seconds: Double) -> ResumePoints {
    ResumePoints(points: [
      .init(titleId: title.id, positionSeconds: seconds, durationSeconds: 100, updatedAt: Timestamp(milliseconds: 0))
    ])
  }

  static func viewingEvent(seq: Int64, of profile: ProfileID = profile) throws -> Event {
    try Event(
      header: EventHeader(
        id: EventID(at: Timestamp(milliseconds: seq)), source: "/playback", type: PlaybackStarted.type,
        subject: profile.description, time: Timestamp(milliseconds: seq), seq: seq, epoch: "e", traceparent: nil),
      data: Array("{}".utf8))
  }
}

/// The gateway's pages over neighbours in memory.
struct Pages {
  let catalogue = CatalogueView()
  let recommendations = StubUpstream()
  let playback = StubUpstream()
  let catalog = StubUpstream()
  let settings: GatewaySettings
  let parts: ProfileParts
  let clock: WallClock

  init(_ titles: [Title], environment: [String: String] = [:], clock: WallClock = .system) throws {
    // No test here is about a slow neighbour, and a busy machine is slow.
    let patience = ["MATINEE_GATEWAY_PART_DEADLINE_MS": "10000"]
    settings = try GatewaySettings(
      SettingsReader(environment: patience.merging(environment) { _, given in given }))
    parts = ProfileParts(
      settings: settings, catalogue: catalogue, recommendations: recommendations, playback: playback, clock: clock)
    self.clock = clock
    try catalogue.replaceAll(titles, at: Sample.catalogue(1))
    playback.answer { _ in ResumePoints(points: []) }
    recommendations.answer { _ in Sample.rows(titles) }
  }

  func home(limit: MaturityRating = .eighteen, in territory: Territory? = nil) async throws -> JSONValue {
    let page = HomePage(catalogue: catalogue, parts: parts, settings: settings, clock: clock)
    return try JSONValue(
      parsing: await page.json(for: Sample.profile, in: Sample.context(limit: limit, in: territory)))
  }

  func title(_ title: Title, limit: MaturityRating = .eighteen) async throws -> JSONValue {
    let page = TitlePage(
      catalogue: catalogue, parts: parts, settings: settings, recommendations: recommendations, clock: clock)
    return try JSONValue(
      parsing: try await page.json(for: title.id, profile: Sample.profile, in: Sample.context(limit: limit)))
  }

  func row(_ id: String, cursor: String?, limit: Int? = nil) async throws -> JSONValue {
    let page = RowPage(
      catalogue: catalogue, parts: parts, settings: settings, recommendations: recommendations, clock: clock)
    return try JSONValue(
      parsing: try await page.json(
        for: RowPageQuery(profile: Sample.profile, row: id, limit: limit, cursor: cursor), in: Sample.context()))
  }

  func taste(limit: MaturityRating = .eighteen) async throws -> TasteDocument {
    try await TastePage(catalogue: catalogue, recommendations: recommendations, clock: clock)
      .document(of: Sample.profile, in: Sample.context(limit: limit))
  }

  func search(_ text: String, limit: MaturityRating = .eighteen) async throws -> JSONValue {
    let page = SearchPage(catalogue: catalogue, parts: parts, settings: settings, catalog: catalog, clock: clock)
    return try JSONValue(
      parsing: try await page.json(
        for: SearchPageQuery(profile: Sample.profile, q: text), in: Sample.context(limit: limit)))
  }
}
