import Testing

@testable import RecommenderKit

@Suite struct InteractionsTests {
  @Test("Interactions come out by profile and title, whatever the order they went in by")
  func order() {
    var builder = Interactions.Builder()
    builder.add(profile: 2, title: 5, weight: 1)
    builder.add(profile: 0, title: 3, weight: 0.4)
    builder.add(profile: 2, title: 1, weight: 0.4)
    let interactions = builder.build(titleCount: 9)
    #expect(interactions.profileCount == 3)
    #expect(interactions.titleCount == 9)
    #expect(interactions.history(of: 0).map(\.title) == [3])
    #expect(interactions.history(of: 1).isEmpty)
    #expect(interactions.history(of: 2).map(\.title) == [1, 5])
    #expect(interactions.history(of: 2).map(\.weight) == [0.4, 1])
  }

  @Test("Of a pair that comes a million times the last one counts, once")
  func repeated() {
    var builder = Interactions.Builder()
    for _ in 0..<1000 { builder.add(profile: 0, title: 2, weight: 1) }
    builder.add(profile: 0, title: 2, weight: 0.4)
    let interactions = builder.build()
    #expect(interactions.history(of: 0).map(\.weight) == [0.4])
    #expect(interactions.popularity().profiles == [0, 0, 1])
  }

  @Test("Weights that say nothing are left out, and greater ones than 1 count as 1")
  func weights() {
    var builder = Interactions.Builder()
    for weight: Float in [0, -1, .nan, -.infinity] { builder.add(profile: 0, title: 0, weight: weight) }
    builder.add(profile: -1, title: 0, weight: 1)
    builder.add(profile: 0, title: -1, weight: 1)
    builder.add(profile: 0, title: 1, weight: .infinity)
    #expect(builder.build().history(of: 0).map(\.weight) == [1])
  }

  @Test("Nothing at all makes an empty matrix")
  func empty() {
    let interactions = Interactions.Builder().build()
    #expect(interactions.profileCount == 0 && interactions.titleCount == 0 && interactions.count == 0)
  }
}
