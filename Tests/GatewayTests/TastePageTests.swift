import CatalogAPI
import Contract
import RecommendationsAPI
import TestKit
import Testing

@testable import Gateway

@Suite struct TastePageTests {
  private let general = Sample.title("The General")
  private let nosferatu = Sample.title("Nosferatu", maturity: .sixteen)

  private func taste(_ anchors: [TitleID]) -> ProfileTaste {
    ProfileTaste(
      modelVersion: "m7",
      genres: anchors.isEmpty
        ? [] : [ProfileTaste.Genre(genre: "horror", weight: 0.7), ProfileTaste.Genre(genre: "comedy", weight: 0.3)],
      people: anchors.isEmpty ? [] : [ProfileTaste.Person(name: "F. W. Murnau", role: .director, weight: 0.7)],
      anchors: anchors.map {
        ProfileTaste.Anchor(titleId: $0, weight: 1, watchedAt: Timestamp(milliseconds: 0))
      },
      hidden: anchors.map { ProfileTaste.Hidden(titleId: $0, hiddenAt: Timestamp(milliseconds: 0)) }, resetAt: nil)
  }

  @Test("A taste is told in words, with the names of what tells it")
  func words() async throws {
    let pages = try Pages([general, nosferatu])
    pages.recommendations.answer { [self] _ in taste([nosferatu.id, general.id]) }
    let page = try await pages.taste()
    #expect(GatewayEndpoints.taste.path.parameterNames == ["profile"])
    #expect(
      page.summary
        == "You watch mostly horror and comedy. You like what F. W. Murnau makes. Nosferatu tells most of it.")
    #expect(page.anchors.map(\.name) == ["Nosferatu", "The General"])
    #expect(page.hidden.map(\.name) == ["Nosferatu", "The General"])
    #expect(page.modelVersion == "m7")
  }

  @Test("Films above the profile's limit are not named")
  func maturity() async throws {
    let pages = try Pages([general, nosferatu])
    pages.recommendations.answer { [self] _ in taste([nosferatu.id, general.id]) }
    let page = try await pages.taste(limit: .twelve)
    #expect(page.anchors.map(\.name) == ["The General"])
    #expect(page.hidden.map(\.name) == ["The General"])
    #expect(!page.summary.contains("Nosferatu"))
  }

  @Test("Of somebody who has watched nothing it says so")
  func newcomer() async throws {
    let pages = try Pages([general])
    pages.recommendations.answer { [self] _ in taste([]) }
    #expect(try await pages.taste().summary.hasPrefix("Nothing is known yet"))
  }
}
