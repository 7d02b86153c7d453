package import Contract

/// What was seen of a page: from this it is learned what showing a title is worth.
package enum ImpressionEndpoints {
  package static let report = Endpoint<ImpressionPath, ImpressionReport, ImpressionReceipt>(
    "recommendations.reportImpressions", .post, "/v1/profiles/{profile}/impressions", access: .viewer,
    summary: "Which titles of a home page came into view.")
}

package struct ImpressionPath: Codable, Sendable {
  package var profile: ProfileID

  package init(profile: ProfileID) {
    self.profile = profile
  }
}

package struct ImpressionReport: Codable, Sendable {
  package static let titlesMaximum = 300

  /// The `id` of the home page.
  package var pageId: RequestID
  /// Where they stood is known of the page; a title reported twice counts once.
  package var titleIds: [TitleID]

  package init(pageId: RequestID, titleIds: [TitleID]) {
    self.pageId = pageId
    self.titleIds = titleIds
  }
}

package struct ImpressionReceipt: Codable, Sendable, Hashable {
  /// Titles written down now: 0 for a page that is not remembered any more, and for what was reported before.
  package var recorded: Int

  package init(recorded: Int) {
    self.recorded = recorded
  }
}
