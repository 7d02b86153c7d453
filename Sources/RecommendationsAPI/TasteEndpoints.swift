package import Contract

/// What is believed of a profile's taste, and what the profile says to that.
package enum TasteEndpoints {
  /// By ids: the gateway, which has the names, makes words of it.
  package static let taste = Endpoint<TastePath, Empty, ProfileTaste>(
    "recommendations.taste", .get, "/internal/profiles/{profile}/taste", access: .viewer,
    summary: "What is believed of a profile's taste, and from what.")

  package static let reset = Endpoint<TastePath, Empty, Empty>(
    "recommendations.resetTaste", .delete, "/v1/profiles/{profile}/taste", access: .viewer,
    summary: "Begin anew: what was watched so far says nothing of the profile's taste any more.")

  package static let hide = Endpoint<HiddenTitlePath, Empty, Empty>(
    "recommendations.hideTitle", .put, "/v1/profiles/{profile}/hidden/{title}", access: .viewer,
    summary: "Not interested: never recommend this title to the profile.")

  package static let unhide = Endpoint<HiddenTitlePath, Empty, Empty>(
    "recommendations.unhideTitle", .delete, "/v1/profiles/{profile}/hidden/{title}", access: .viewer,
    summary: "The title may be recommended again.")
}

package struct TastePath: Codable, Sendable {
  package var profile: ProfileID
  package var maturityLimit: MaturityRating?

  package init(profile: ProfileID, maturityLimit: MaturityRating? = nil) {
    self.profile = profile
    self.maturityLimit = maturityLimit
  }
}

package struct HiddenTitlePath: Codable, Sendable {
  package var profile: ProfileID
  package var title: TitleID

  package init(profile: ProfileID, title: TitleID) {
    self.profile = profile
    self.title = title
  }
}

package struct ProfileTaste: Codable, Sendable {
  package struct Genre: Codable, Sendable, Hashable {
    package var genre: String
    /// Its share of all that was liked, 0 to 1; those of all genres sum to 1.
    package var weight: Double

    package init(genre: String, weight: Double) {
      self.genre = genre
      self.weight = weight
    }
  }

  package struct Person: Codable, Sendable, Hashable {
    package enum Role: String, Codable, Sendable { case director, cast }

    package var name: String
    package var role: Role
    /// The share of all that was liked that they have a part in, 0 to 1.
    package var weight: Double

    package init(name: String, role: Role, weight: Double) {
      self.name = name
      self.role = role
      self.weight = weight
    }
  }

  /// A title that tells of the taste.
  package struct Anchor: Codable, Sendable, Hashable {
    package var titleId: TitleID
    /// How much it counts, 0 to 1: what was watched to the end lately counts 1.
    package var weight: Double
    package var watchedAt: Timestamp

    package init(titleId: TitleID, weight: Double, watchedAt: Timestamp) {
      self.titleId = titleId
      self.weight = weight
      self.watchedAt = watchedAt
    }
  }

  package struct Hidden: Codable, Sendable, Hashable {
    package var titleId: TitleID
    package var hiddenAt: Timestamp

    package init(titleId: TitleID, hiddenAt: Timestamp) {
      self.titleId = titleId
      self.hiddenAt = hiddenAt
    }
  }

  package var modelVersion: String
  package var genres: [Genre]
  package var people: [Person]
  package var anchors: [Anchor]
  package var hidden: [Hidden]
  package var resetAt: Timestamp?

  package init(
    modelVersion: String, genres: [Genre], people: [Person], anchors: [Anchor], hidden: [Hidden], resetAt: Timestamp?
  ) {
    self.modelVersion = modelVersion
    self.genres = genres
    self.people = people
    self.anchors = anchors
    self.hidden = hidden
    self.resetAt = resetAt
  }
}
