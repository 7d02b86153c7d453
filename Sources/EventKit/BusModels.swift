package import Contract

/// An event that a consumer has given up.
package struct NewDeadLetter: Codable, Sendable, Hashable {
  /// Given by the consumer, which keeps it before it sends the letter: so its reports never lack one it sent.
  package var id: DeadLetterID
  package var consumer: String
  package var service: String
  package var source: String
  package var epoch: String
  package var seq: Int64
  package var subject: String
  package var type: String
  /// What the consumer threw, for an operator to read.
  package var error: String
  /// The event itself, as text.
  package var event: String

  package init(id: DeadLetterID, consumer: String, service: String, event: Event, error: String) {
    self.id = id
    self.consumer = consumer
    self.service = service
    source = event.header.source
    epoch = event.header.epoch
    seq = event.header.seq
    subject = event.header.subject
    type = event.header.type
    self.error = error
    self.event = String(decoding: event.json, as: UTF8.self)
  }
}

/// How far a consumer is; sent every few seconds.
package struct ConsumerReport: Codable, Sendable, Hashable {
  package struct Position: Codable, Sendable, Hashable {
    package var source: String
    package var epoch: String
    package var seq: Int64

    package init(source: String, epoch: String, seq: Int64) {
      self.source = source
      self.epoch = epoch
      self.seq = seq
    }
  }

  package var consumer: String
  package var service: String
  package var positions: [Position]
  /// The letters whose subjects it still holds parked.
  package var deadLetters: [DeadLetterID]

  package init(consumer: String, service: String, positions: [Position], deadLetters: [DeadLetterID]) {
    self.consumer = consumer
    self.service = service
    self.positions = positions
    self.deadLetters = deadLetters
  }
}

/// What a consumer shall do about the letters it reported.
package struct ConsumerOrders: Codable, Sendable, Hashable {
  /// Try them again.
  package var redrive: [DeadLetterID]
  /// Send them: they never came, or were lost.
  package var resend: [DeadLetterID]

  package init(redrive: [DeadLetterID], resend: [DeadLetterID]) {
    self.redrive = redrive
    self.resend = resend
  }
}

/// How far one consumer is behind one source.
package struct ConsumerLag: Codable, Sendable, Hashable {
  package var consumer: String
  package var service: String
  package var source: String
  /// Events the bus holds that the consumer has not taken.
  package var events: Int64
  /// Since the oldest of them came to the bus; 0 when there are none.
  package var seconds: Double
  package var reportedAt: Timestamp

  package init(
    consumer: String, service: String, source: String, events: Int64, seconds: Double, reportedAt: Timestamp
  ) {
    self.consumer = consumer
    self.service = service
    self.source = source
    self.events = events
    self.seconds = seconds
    self.reportedAt = reportedAt
  }
}

/// A dead letter as the studio sees it.
package struct DeadLetter: Codable, Sendable, Hashable {
  package enum Status: String, Codable, Sendable, CaseIterable {
    /// Its subject is parked until an operator acts.
    case dead
    /// Told to be tried again.
    case redriving
    /// Taken in the end; the events parked behind it have followed.
    case settled
  }

  package var id: DeadLetterID
  package var consumer: String
  package var service: String
  package var source: String
  package var seq: Int64
  package var subject: String
  package var type: String
  package var error: String
  package var event: String
  package var status: Status
  package var createdAt: Timestamp
  package var updatedAt: Timestamp

  package init(
    id: DeadLetterID, consumer: String, service: String, source: String, seq: Int64, subject: String, type: String,
    error: String, event: String, status: Status, createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.consumer = consumer
    self.service = service
    self.source = source
    self.seq = seq
    self.subject = subject
    self.type = type
    self.error = error
    self.event = event
    self.status = status
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}
