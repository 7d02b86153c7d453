import Contract
import RecommendationsAPI
import ServerKit
import StorageKit

/// What a new profile is asked, and what it answers.
struct OnboardingRoutes: Sendable {
  let database: ServiceDatabase
  let keeper: ShelfKeeper
  let settings: LearningSettings
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.on(OnboardingEndpoints.offer) { call in
      try call.request.requireProfile(call.parameters.profile)
      return try offer(to: call.parameters.profile, for: call.request.audience(nil, clock))
    }
    routes.on(OnboardingEndpoints.pick) { call in
      try call.request.requireProfile(call.parameters.profile)
      try await pick(call.body.titleIds, by: call.parameters.profile, for: call.request.audience(nil, clock))
      return Empty()
    }
  }

  private func offer(to profile: ProfileID, for audience: Audience) throws -> OnboardingOffer {
    let shelf = keeper.current
    let picked = try database.read { try PickStore.picks(of: profile, limit: settings.picksMaximum, in: $0) }
    let offered = Onboarding.offer(from: shelf, for: audience, count: settings.picksOffered)
    return OnboardingOffer(
      titleIds: offered.compactMap { shelf.facts[Int($0)]?.id },
      pickedTitleIds: picked.filter { shelf.number(of: $0, for: audience) != nil }, picksMaximum: settings.picksMaximum)
  }

  private func pick(_ titles: [TitleID], by profile: ProfileID, for audience: Audience) async throws {
    guard titles.count <= settings.picksMaximum else {
      throw RecommendationsError.tooManyPicks(maximum: settings.picksMaximum)
    }
    let shelf = keeper.current
    let numbers = try titles.map { title throws(RecommendationsError) in
      // What the profile may not see is not there for it.
      guard let number = shelf.number(of: title, for: audience) else { throw .pickUnknown(title) }
      return number
    }
    let now = clock.now()
    try await database.write { db in
      guard try !WatchStore.isErased(profile, in: db) else { return }
      let before = try PickStore.picks(of: profile, limit: settings.picksMaximum, in: db)
      guard Set(before) != Set(titles) else { return }
      try PickStore.replace(numbers, by: profile, at: now, in: db)
      try LearningStore.noteChanges(Set(before).symmetricDifference(titles).count, in: db)
    }
  }
}
