import Contract
import Testing

@testable import RecommendationsService

@Suite struct SimilarityTests {
  private let sample = SampleShelf(
    [
      facts("nosferatu", genres: ["horror", "fantasy"], directors: ["F. W. Murnau"], cast: ["Max Schreck"]),
      facts("faust", genres: ["fantasy", "drama"], directors: ["F. W. Murnau"], cast: ["Emil Jannings"]),
      facts("vampyr", genres: ["horror", "fantasy"], directors: ["Carl Theodor Dreyer"]),
      facts("the-kid", genres: ["comedy", "drama"], directors: ["Charlie Chaplin"]),
      facts("gold-rush", genres: ["comedy"], directors: ["Charlie Chaplin"]),
      facts("carnival", genres: ["horror"], maturity: .eighteen, directors: ["Herk Harvey"]),
    ], named: ["nosferatu", "faust", "vampyr", "the-kid", "gold-rush", "carnival"])

  private func neighbours(_ name: String, limit: MaturityRating = .eighteen) -> [String] {
    sample.shelf.similarity.neighbours(of: sample.number(name), limit: 10) {
      Int(sample.shelf.minimumAge[Int($0)]) <= limit.minimumAge
    }.map { sample.names[Int($0.title)] }
  }

  @Test("What shares genres and people is alike, never the title itself, nor what shares nothing")
  func findsLikeTitles() {
    #expect(Set(neighbours("nosferatu")) == ["faust", "vampyr", "carnival"])
    #expect(neighbours("the-kid").first == "gold-rush")
  }

  @Test("A title above the maturity limit is not told of")
  func holdsMaturityLimit() {
    #expect(!neighbours("nosferatu", limit: .sixteen).contains("carnival"))
  }

  @Test("The reason names what two titles share most rarely")
  func namesSharedFeature() {
    let neighbours = sample.shelf.similarity.neighbours(of: sample.number("nosferatu"), limit: 10) { _ in true }
    let faust = neighbours.first { $0.title == sample.number("faust") }
    #expect(faust?.shared == .director("F. W. Murnau"))
  }
}
