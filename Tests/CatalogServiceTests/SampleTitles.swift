import CatalogAPI
import ClientKit
import Contract
import TestKit

@testable import CatalogService

let operatorCall = Principal(role: .operator, account: AccountID(seed: "operator"))

func viewer(_ limit: MaturityRating? = nil) -> Principal {
  Principal(
    role: .viewer, account: AccountID(seed: "viewer"), profile: ProfileID(seed: "viewer"), maturityLimit: limit)
}

let sampleTitles = [
  NewTitle(
    key: "nosferatu", name: "Nosferatu", year: 1922, synopsis: "A count from the Carpathians buys a house in a port.",
    language: "zxx", countries: ["DE"], maturity: .twelve, genres: ["horror", "fantasy"],
    directors: ["F. W. Murnau"], cast: ["Max Schreck", "Greta Schröder"], licence: "PD-US"),
  NewTitle(
    key: "sintel", name: "Sintel", year: 2010, synopsis: "A lone young woman searches for a baby dragon.",
    countries: ["NL"], maturity: .twelve, genres: ["animation", "fantasy"], directors: ["Colin Levy"],
    cast: ["Halina Reijn"], licence: "CC-BY"),
  NewTitle(
    key: "elephants-dream", name: "Elephants Dream", year: 2006, synopsis: "Two men cross an endless machine.",
    countries: ["NL"], maturity: .seven, genres: ["animation", "sci-fi"], directors: ["Bassam Kurdali"],
    cast: ["Cas Jansen"], licence: "CC-BY"),
  NewTitle(
    key: "living-dead", name: "Night of the Living Dead", year: 1968,
    synopsis: "People shut themselves into a farmhouse. Nothing about Nosferatu.", countries: ["US"],
    maturity: .sixteen, genres: ["horror"], directors: ["George A. Romero"], cast: ["Duane Jones"],
    licence: "PD-US-no-notice"),
  NewTitle(
    key: "amelie", name: "Le Fabuleux Destin d’Amélie Poulain", year: 2001, synopsis: "", countries: ["FR", "DE"],
    maturity: .twelve, genres: ["comedy", "romance"], directors: ["Jean-Pierre Jeunet"], cast: ["Audrey Tautou"]),
]

/// The key of a sample title, to read an answer by.
func key(_ id: TitleID) -> String {
  sampleTitles.compactMap(\.key).first { TitleID(seed: $0) == id } ?? "?"
}

/// Runs `body` against catalog with the sample titles in it.
func withCatalog<Result>(
  _ titles: [NewTitle] = sampleTitles, settings: [String: String] = [:], clock: WallClock = .system,
  _ body: (TestService) async throws -> Result
) async throws -> Result {
  try await withService(CatalogModule.self, settings: settings, clock: clock) { service in
    _ = try await service.transport.call(
      CatalogEndpoints.importTitles, body: TitleImport(titles: titles), in: .test(operatorCall))
    return try await body(service)
  }
}

extension TestService {
  func search(
    _ text: String, limit: Int? = nil, cursor: String? = nil, maturityLimit: MaturityRating? = nil,
    by principal: Principal = viewer()
  ) async throws -> SearchResult {
    try await transport.call(
      CatalogEndpoints.search, SearchQuery(q: text, limit: limit, cursor: cursor, maturityLimit: maturityLimit),
      in: .test(principal))
  }

  func add(_ titles: [NewTitle]) async throws -> ImportResult {
    try await transport.call(
      CatalogEndpoints.importTitles, body: TitleImport(titles: titles), in: .test(operatorCall))
  }
}
