package import Contract

package struct RecommendedRows: Codable, Sendable {
  package var requestId: RequestID
  package var rows: [RecommendedRow]
  /// How far this service had read playback's events when it made the page: a cached page is stale once the
  /// gateway has seen a later event of this profile.
  package var basis: EventPosition

  /// The same of catalog's events. Nil from a version that did not say.
  package var catalogBasis: EventPosition?

  package init(
    requestId: RequestID, rows: [RecommendedRow], basis: EventPosition, catalogBasis: EventPosition? = nil
  ) {
    self.requestId = requestId
    self.rows = rows
    self.basis = basis
    self.catalogBasis = catalogBasis
  }
}

package struct RecommendedRow: Codable, Sendable {
  package enum Kind: String, Codable, Sendable { case continueWatching, trending, genre, new }

  /// Stable within a page, e.g. `trending`, `genre-comedy`.
  package var id: String
  package var kind: Kind
  /// What the row is about, where its kind does not say it all: the genre.
  package var topic: String?
  package var items: [RecommendedItem]
  package var next: String?

  package init(id: String, kind: Kind, topic: String? = nil, items: [RecommendedItem], next: String?) {
    self.id = id
    self.kind = kind
    self.topic = topic
    self.items = items
    self.next = next
  }
}

package struct RecommendedItem: Codable, Sendable {
  package var titleId: TitleID
  package var reason: Reason

  package init(titleId: TitleID, reason: Reason) {
    self.titleId = titleId
    self.reason = reason
  }
}

package struct Reason: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable { case resume, trending, genre, new, similar }

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
