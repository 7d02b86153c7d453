/// One page of a list, stable under inserts.
package struct Page<Item: Codable & Sendable>: Codable, Sendable {
  package var items: [Item]
  /// Opaque cursor of the next page; absent on the last.
  package var next: String?

  package init(items: [Item], next: String?) {
    self.items = items
    self.next = next
  }
}

/// The query of a paged list.
package struct PageQuery: Codable, Sendable {
  package var limit: Int?
  package var cursor: String?

  package init(limit: Int? = nil, cursor: String? = nil) {
    self.limit = limit
    self.cursor = cursor
  }
}

/// No parameters, no body, or no content.
package struct Empty: Codable, Sendable, Hashable {
  package init() {}
}
