package import Contract
package import StorageKit

/// How a projection is made anew.
package struct ConsumerRebuild: Sendable {
  /// Deletes all of the projection.
  package let reset: @Sendable (SQLSession) throws -> Void
  /// Takes in one line of a source's snapshot, as an upsert; nil where the sources' events are enough.
  package let restore: (@Sendable (_ source: String, _ line: [UInt8], SQLSession) throws -> Void)?

  package init(
    reset: @escaping @Sendable (SQLSession) throws -> Void,
    restore: (@Sendable (_ source: String, _ line: [UInt8], SQLSession) throws -> Void)? = nil
  ) {
    self.reset = reset
    self.restore = restore
  }
}

/// What an event does in the consumer's database, within the transaction that moves the cursor.
package typealias EventEffect = @Sendable (SQLSession) throws -> Void

/// What a consumer is: its name, whom it listens to, and what an event does.
struct ConsumerDefinition: Sendable {
  let name: String
  let sources: [String]
  let rebuild: ConsumerRebuild?
  /// Opens what is sealed; nil where the consumer has no use for it.
  let keys: EventKeys?
  /// Reads an event, outside of any transaction; nil where it does nothing.
  let read: @Sendable (Event) throws -> EventEffect?

  /// What the event does as it can be read. One that no key opens any more, because its account is erased, or that
  /// was written without its personal part, is done with.
  func effect(of event: Event) throws -> EventEffect? {
    guard let keys else { return try read(event) }
    return try keys.readable(event).flatMap(read)
  }
}

/// A run, and what each of its events does.
struct ReadRun: Sendable {
  let run: EventRun
  let effects: [Result<EventEffect?, any Error>]

  init(_ run: EventRun, by definition: ConsumerDefinition) {
    self.run = run
    effects = run.events.map { event in Result { try definition.effect(of: event) } }
  }
}
