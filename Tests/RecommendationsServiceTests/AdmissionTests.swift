import Contract
import RecommendationsAPI
import Testing

@testable import RecommendationsService

@Suite struct AdmissionTests {
  private let bounds = TrainingBounds()

  private func model(
    ndcg: Double = 0.4, lead: Double? = 0.1, error: Double = 0.01, heldOut: Int = 100,
    cause: ModelVersion.Cause = .interactions, hoursAgo: Double = 0, aheadHoursAgo: Double? = nil
  ) -> ModelVersion {
    ModelVersion(
      version: 1, state: .published, cause: cause, trainedAt: noon.adding(seconds: -hoursAgo * 3600), profiles: 1000,
      titles: 100, interactions: 5000, ndcgAt100: ndcg, heldOutProfiles: heldOut,
      rival: lead.map {
        ModelVersion.Rival(ranker: .similarity, ndcgAt100: ndcg - $0, lead: $0, leadStandardError: error)
      },
      aheadAt: aheadHoursAgo.map { noon.adding(seconds: -$0 * 3600) }, trainingCpuSeconds: 1)
  }

  private func serving(ndcg: Double = 0.4, heldOut: Int = 100, hoursAgo: Double = 1) -> ModelVersion {
    model(ndcg: ndcg, heldOut: heldOut, hoursAgo: hoursAgo, aheadHoursAgo: hoursAgo)
  }

  private func admission(of new: ModelVersion, insteadOf serving: ModelVersion?) -> Admission {
    bounds.admission(of: new, insteadOf: serving, at: noon)
  }

  @Test("A first model serves where its lead is more than twice its standard error, and only there")
  func hasToBeAhead() {
    #expect(admission(of: model(lead: 0.021), insteadOf: nil) == .serves(aheadAt: noon))
    #expect(admission(of: model(lead: 0.02), insteadOf: nil) == .notAhead)
    #expect(admission(of: model(lead: -0.1), insteadOf: nil) == .notAhead)
    #expect(admission(of: model(lead: 0.1, error: .infinity), insteadOf: nil) == .notAhead)
  }

  @Test("Where nobody could be held out no model serves, whatever it was trained for")
  func hasToBeJudged() {
    for cause in ModelVersion.Cause.allCases {
      #expect(admission(of: model(lead: nil, heldOut: 0, cause: cause), insteadOf: nil) == .notAhead)
    }
  }

  @Test("A model that is worse than the one before by more than two per cent is refused")
  func refusesWorse() {
    #expect(admission(of: model(ndcg: 0.393), insteadOf: serving()) == .serves(aheadAt: noon))
    #expect(admission(of: model(ndcg: 0.391), insteadOf: serving()) == .refused)
  }

  @Test("None is refused after an erasure, by a handful of profiles, or by a model that served for a day")
  func refusesNoMore() {
    let served = Admission.serves(aheadAt: noon)
    #expect(admission(of: model(ndcg: 0.1, lead: 0.05, cause: .erasure), insteadOf: serving()) == served)
    #expect(admission(of: model(ndcg: 0.1, lead: 0.05, heldOut: 49), insteadOf: serving()) == served)
    #expect(admission(of: model(ndcg: 0.1, lead: 0.05), insteadOf: serving(hoursAgo: 24)) == served)
  }

  @Test("One that is not ahead takes the place of none; what served for less than a day goes on")
  func goesOn() {
    #expect(admission(of: model(lead: 0.01), insteadOf: serving(hoursAgo: 23)) == .notAhead)
    #expect(admission(of: model(lead: nil, heldOut: 0), insteadOf: serving(hoursAgo: 23)) == .notAhead)
  }

  @Test("After a day without one that is ahead, or where that was never shown, what serves is withdrawn")
  func withdraws() {
    #expect(admission(of: model(lead: 0.01), insteadOf: serving(hoursAgo: 24)) == .withdrawsServing)
    #expect(admission(of: model(lead: 0.01), insteadOf: model(hoursAgo: 1)) == .withdrawsServing)
  }

  @Test("After an erasure a model goes on where one served, ahead or not, until it was shown ahead a day ago")
  func survivesErasure() {
    let after = model(lead: nil, heldOut: 0, cause: .erasure)
    let before = noon.adding(seconds: -20 * 3600)
    #expect(admission(of: after, insteadOf: serving(hoursAgo: 20)) == .serves(aheadAt: before))
    // Every erasure makes another model, none of which shows anything anew.
    #expect(admission(of: after, insteadOf: model(hoursAgo: 1, aheadHoursAgo: 24)) == .withdrawsServing)
  }
}
