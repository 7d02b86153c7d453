package import Contract

/// What a profile says of titles: my list, thumbs, and what of its history is to be forgotten.
package enum ListEndpoints {
  package static let list = Endpoint<HistoryQuery, Empty, Page<ListEntry>>(
    "playback.list", .get, "/v1/profiles/{profile}/list", access: .viewer, summary: "My list, added last first.")

  package static let add = Endpoint<ListPath, Empty, Empty>(
    "playback.addToList", .put, "/v1/profiles/{profile}/list/{title}", access: .viewer,
    summary: "Put a title on my list; it stays where it is if it is there.")

  package static let remove = Endpoint<ListPath, Empty, Empty>(
    "playback.removeFromList", .delete, "/v1/profiles/{profile}/list/{title}", access: .viewer,
    summary: "Take a title off my list.")

  package static let rate = Endpoint<ListPath, NewRating, Empty>(
    "playback.rate", .put, "/v1/profiles/{profile}/ratings/{title}", access: .viewer,
    summary: "Thumbs down, up, or love for a title.")

  package static let withdrawRating = Endpoint<ListPath, Empty, Empty>(
    "playback.withdrawRating", .delete, "/v1/profiles/{profile}/ratings/{title}", access: .viewer,
    summary: "Take one's thumbs back.")

  package static let hide = Endpoint<ListPath, Empty, Empty>(
    "playback.hideFromHistory", .delete, "/v1/profiles/{profile}/history/{title}", access: .viewer,
    summary: "Forget that a title was watched, and where it stopped.")
}

package struct ListPath: Codable, Sendable {
  package var profile: ProfileID
  package var title: TitleID

  package init(profile: ProfileID, title: TitleID) {
    self.profile = profile
    self.title = title
  }
}

package struct ListEntry: Codable, Sendable, Hashable {
  package var titleId: TitleID
  package var addedAt: Timestamp

  package init(titleId: TitleID, addedAt: Timestamp) {
    self.titleId = titleId
    self.addedAt = addedAt
  }
}

/// What a profile thinks of a title.
package enum Thumbs: String, Codable, Sendable, CaseIterable {
  case down, up, love
}

package struct NewRating: Codable, Sendable {
  package var thumbs: Thumbs

  package init(thumbs: Thumbs) {
    self.thumbs = thumbs
  }
}

/// A title and the thumbs it was given.
package struct Rating: Codable, Sendable, Hashable {
  package var titleId: TitleID
  package var thumbs: Thumbs

  package init(titleId: TitleID, thumbs: Thumbs) {
    self.titleId = titleId
    self.thumbs = thumbs
  }
}
