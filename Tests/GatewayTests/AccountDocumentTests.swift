import AccountsAPI
import Contract
import PlaybackAPI
import RecommendationsAPI
import TestKit
import Testing

@testable import Gateway

@Suite struct AccountDocumentTests {
  private let accounts = StubUpstream()
  private let playback = StubUpstream()
  private let recommendations = StubUpstream()
  private let film = TitleID(seed: "film")

  private func document() async throws -> JSONValue {
    let time = Timestamp(milliseconds: 0)
    accounts.answer { _ in
      AccountExport(
        account: Account(
          id: Sample.account, email: "vera@matinee.example", displayName: "Vera", country: "DE", plan: .premium,
          role: .viewer, createdAt: time),
        profiles: ["vera", "sibling"].map {
          Profile(
            id: ProfileID(seed: $0), accountId: Sample.account, name: $0, language: "en", maturityLimit: .eighteen,
            kids: false, createdAt: time)
        }, loginSessions: [])
    }
    let document = AccountDocument(
      accounts: accounts, playback: playback, recommendations: recommendations, clock: .system)
    return try JSONValue(parsing: try await document.json(of: Sample.account, in: Sample.context()))
  }

  private func answer() {
    playback.answer { [film] request in
      PlaybackExport(
        history: [],
        list: request.target.contains(ProfileID(seed: "vera").description)
          ? [ListEntry(titleId: film, addedAt: Timestamp(milliseconds: 1))] : [], ratings: [], playbackSessions: [])
    }
    recommendations.answer { _ in RecommendationsExport(watches: [], countedPlays: []) }
  }

  @Test("The export has what accounts, playback and recommendations keep, by profile")
  func whole() async throws {
    answer()
    let json = try await document()
    #expect(GatewayEndpoints.export.path.description == "/v1/account/export")
    #expect(json["account"]["email"].text == "vera@matinee.example")
    #expect(json["profiles"].items.map { $0["profile"]["name"].text } == ["vera", "sibling"])
    #expect(json["profiles"][0]["viewing"]["list"][0]["titleId"].text == film.description)
    #expect(json["profiles"][1]["viewing"]["list"].items.isEmpty)
    #expect(playback.calls == 2 && recommendations.calls == 2)
  }

  @Test("A part that cannot be had fails the whole export", arguments: ["playback", "recommendations"])
  func missingPart(service: String) async throws {
    answer()
    if service == "playback" { playback.fail() } else { recommendations.fail() }
    let problem = await #expect(throws: Problem.self) { try await document() }
    #expect(problem?.status == 503)
    #expect(problem?.detail.contains(service) == true)
  }
}
