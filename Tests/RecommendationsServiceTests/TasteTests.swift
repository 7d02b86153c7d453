import Contract
import RecommendationsAPI
import Testing

@testable import RecommendationsService

@Suite struct TasteTests {
  @Test("Weights of a taste are told to four places")
  func rounds() throws {
    let sample = SampleShelf(
      (0..<3).map { facts("t\($0)", genres: ["g\($0)"], directors: ["d\($0)"]) }, named: ["t0", "t1", "t2"])
    let watches = (0..<3).map { sample.watch("t\($0)", share: 1, hoursAgo: 24 * 40 * Double($0 + 1)) }
    let taste = Taste(viewer: sample.viewer(watches), shelf: sample.shelf).described(hidden: [], by: "similarity")
    #expect(taste.genres.map(\.weight) == [0.3714, 0.3296, 0.299])
    #expect(taste.people.map(\.weight) == taste.genres.map(\.weight))
    #expect(taste.anchors.map(\.weight) == [0.8674, 0.77, 0.6984])
    #expect(String(decoding: try JSON.encode(taste), as: UTF8.self).contains(/"weight":0\.77[,}]/))
  }
}
