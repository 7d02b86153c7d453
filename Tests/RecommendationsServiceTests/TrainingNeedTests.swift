import Contract
import RecommendationsAPI
import Testing

@testable import RecommendationsService

@Suite struct TrainingNeedTests {
  private let bounds = TrainingBounds()
  private let past = PastTraining(
    endedAt: noon, durationSeconds: 1, progress: .init(changes: 1000, erasures: 2, catalogue: 50), interactions: 1000)

  private func cause(
    changes: Int = 1000, erasures: Int = 2, catalogue: Int = 50, after seconds: Double, past: PastTraining? = nil
  ) -> ModelVersion.Cause? {
    bounds.cause(
      .init(changes: changes, erasures: erasures, catalogue: catalogue), since: past ?? self.past,
      at: noon.adding(seconds: seconds))
  }

  @Test("A first model is trained as soon as there is anything to learn")
  func trainsFirst() {
    #expect(bounds.cause(.init(changes: 0), since: nil, at: noon) == nil)
    #expect(bounds.cause(.init(changes: 1), since: nil, at: noon) == .first)
  }

  @Test("One per cent of new labels, a new title, or ten minutes with anything new call for another")
  func trainsAgain() {
    #expect(cause(after: 3600) == nil)
    #expect(cause(changes: 1009, after: 30) == nil)
    #expect(cause(changes: 1010, after: 30) == .interactions)
    #expect(cause(catalogue: 51, after: 30) == .titles)
    #expect(cause(changes: 1001, after: 599) == nil)
    #expect(cause(changes: 1001, after: 600) == .age)
  }

  @Test("An erasure calls for one whatever else, and only the pause is waited for")
  func trainsAfterErasure() {
    #expect(cause(erasures: 3, after: 9) == nil)
    #expect(cause(erasures: 3, after: 10) == .erasure)
    var long = past
    long.durationSeconds = 100
    #expect(cause(erasures: 3, after: 10, past: long) == .erasure)
  }

  @Test("After a long training there is a long rest; a clock that was set back holds nothing up for good")
  func rests() {
    var long = past
    long.durationSeconds = 100
    #expect(cause(changes: 2000, after: 399, past: long) == nil)
    #expect(cause(changes: 2000, after: 400, past: long) == .interactions)
    #expect(cause(changes: 2000, after: -7200) == .interactions)
  }
}
