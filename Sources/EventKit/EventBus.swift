package import Contract

/// Carries events from their sources to all who read them. It is never the only copy: what it loses, the sources'
/// outboxes still have.
package protocol EventBus: Sendable {
  /// Takes a batch, durably in its own measure, or says that it does not connect to what is held. Publishing what is
  /// already held changes nothing.
  func publish(_ batch: EventBatch) async throws -> PublishReceipt

  /// The highest number held without a gap of this source and epoch; 0 for none.
  func lastHeld(source: String, epoch: String) async throws -> Int64

  /// The events after `position`, at most `limit`, as soon as there are any; none after `waiting` at the latest.
  ///
  /// Of the source's newest epoch: a position in another, or none, reads that from its oldest event held.
  func read(
    source: String, after position: EventPosition?, limit: Int, waiting: Duration
  ) async throws -> EventPage
}

/// Keeps what consumers could not digest, and who is how far.
package protocol DeadLetterOffice: Sendable {
  /// Keeps an event that a consumer has given up. The same one again is open again, under the id given last.
  func accept(_ letter: NewDeadLetter) async throws

  /// Hears how far a consumer is and which letters it still holds: the others of it are settled. Answers what it
  /// shall try again, and what it shall send.
  func report(_ report: ConsumerReport) async throws -> ConsumerOrders
}

package struct PublishReceipt: Codable, Sendable, Hashable {
  package enum Outcome: String, Codable, Sendable {
    case accepted
    /// The batch begins after the next number: send what follows ``PublishReceipt/lastHeld`` first.
    case gap
  }

  package var outcome: Outcome
  package var lastHeld: Int64

  package init(outcome: Outcome, lastHeld: Int64) {
    self.outcome = outcome
    self.lastHeld = lastHeld
  }
}
