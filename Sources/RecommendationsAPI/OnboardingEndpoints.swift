package import Contract

/// What a new profile is asked, so that its first page is not everybody's.
package enum OnboardingEndpoints {
  package static let offer = Endpoint<OnboardingPath, Empty, OnboardingOffer>(
    "recommendations.onboarding", .get, "/v1/profiles/{profile}/onboarding", access: .viewer,
    summary: "Well-known titles of many genres to pick from, and those picked already.")

  package static let pick = Endpoint<OnboardingPath, OnboardingPicks, Empty>(
    "recommendations.pick", .put, "/v1/profiles/{profile}/onboarding", access: .viewer,
    summary: "These titles the profile likes; they take the place of those picked before.")
}

package struct OnboardingPath: Codable, Sendable {
  package var profile: ProfileID

  package init(profile: ProfileID) {
    self.profile = profile
  }
}

package struct OnboardingOffer: Codable, Sendable {
  /// To pick from, best first.
  package var titleIds: [TitleID]
  package var pickedTitleIds: [TitleID]
  /// So many may be picked.
  package var picksMaximum: Int

  package init(titleIds: [TitleID], pickedTitleIds: [TitleID], picksMaximum: Int) {
    self.titleIds = titleIds
    self.pickedTitleIds = pickedTitleIds
    self.picksMaximum = picksMaximum
  }
}

package struct OnboardingPicks: Codable, Sendable {
  package var titleIds: [TitleID]

  package init(titleIds: [TitleID]) {
    self.titleIds = titleIds
  }
}
