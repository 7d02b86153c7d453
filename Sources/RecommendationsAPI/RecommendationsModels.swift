package import Contract

package struct RecommendedRows: Codable, Sendable {
  /// The page's id: what was shown of it is reported under this.
  package var requestId: RequestID
  /// Which model ordered it. Nil from a version that did not say.
  package var modelVersion: String?
  package var rows: [RecommendedRow]
  /// How far this service had read playback's events when it made the page: a cached page is stale once the
  /// gateway has seen a later event of this profile.
  package var basis: EventPosition

  /// The same of catalog's events. Nil from a version that did not say.
  package var catalogBasis: EventPosition?

  package init(
    requestId: RequestID, modelVersion: String? = nil, rows: [RecommendedRow], basis: EventPosition,
    catalogBasis: EventPosition? = nil
  ) {
    self.requestId = requestId
    self.modelVersion = modelVersion
    self.rows = rows
    self.basis = basis
    self.catalogBasis = catalogBasis
  }
}

package struct RecommendedRow: Codable, Sendable {
  package enum Kind: String, Codable, Sendable, CaseIterable {
    case continueWatching, topPicks, popular, becauseYouWatched, trending, genre, new
  }

  /// Stable within a page, e.g. `trending`, `genre-comedy`.
  package var id: String
  package var kind: Kind
  /// What the row is about, where its kind does not say it all: the genre, or the id of the title watched.
  package var topic: String?
  package var items: [RecommendedItem]
  package var next: String?
  /// In an answer of its own: the page that the row goes on, while it is remembered.
  package var requestId: RequestID?
  package var modelVersion: String?

  package init(
    id: String, kind: Kind, topic: String? = nil, items: [RecommendedItem], next: String?,
    requestId: RequestID? = nil, modelVersion: String? = nil
  ) {
    self.id = id
    self.kind = kind
    self.topic = topic
    self.items = items
    self.next = next
    self.requestId = requestId
    self.modelVersion = modelVersion
  }
}

package struct RecommendedItem: Codable, Sendable {
  package var titleId: TitleID
  package var reason: Reason
  /// With what chance the title was to come to this place; nil is 1.
  package var propensity: Double?

  package init(titleId: TitleID, reason: Reason, propensity: Double? = nil) {
    self.titleId = titleId
    self.reason = reason
    self.propensity = propensity
  }
}

package struct Reason: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable {
    case resume, trending, genre, new, similar, popular
    /// The profile watched `titleId`, or said that it likes it; who has the names puts it into the text.
    case watched, liked
    /// To learn whether it is liked.
    case explored
    /// The profile put it on its list.
    case listed
  }

  package var kind: Kind
  package var text: String
  package var titleId: TitleID?

  package init(kind: Kind, text: String, titleId: TitleID? = nil) {
    self.kind = kind
    self.text = text
    self.titleId = titleId
  }
}

package struct SimilarTitles: Codable, Sendable {
  package var items: [RecommendedItem]

  package init(items: [RecommendedItem]) {
    self.items = items
  }
}
