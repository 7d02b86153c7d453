import CatalogAPI
import Contract
import EventKit
import StorageKit

/// What catalog tells: which titles there are. A line of its snapshot is the body of a ``TitleChanged``.
enum CatalogConsumer {
  static let name = "recommendations-catalog"
  static let source = "/catalog"

  static func apply(_ event: Event, in db: SQLSession) throws {
    guard let changed = try event.body(TitleChanged.self) else { return }
    try TitleFactsStore.set(TitleFacts(changed.title), in: db)
  }

  static let rebuild = ConsumerRebuild(
    reset: { db in try ProjectionStore.clearTitles(in: db) },
    restore: { _, line, db in
      try TitleFactsStore.set(TitleFacts(JSON.decode(TitleChanged.self, from: line).title), in: db)
    })
}
