import Contract
import Logging
import StorageKit
import Synchronization
import TelemetryKit

/// Tries again what a consumer could not digest, after growing pauses; what fails to the end becomes a dead letter,
/// and its subject stays parked until an operator has it redriven.
///
/// When to try next is kept in memory, on a monotonic clock: after a restart everything is due at once.
final class ConsumerRetries: Sendable {
  private enum Outcome {
    case recovered
    case failing(FailingSubject)
  }

  private struct Plan {
    var due: [FailingSubject.Key: ContinuousClock.Instant] = [:]
    /// Dead letters to be tried once more.
    var redriven: Set<DeadLetterID> = []
    /// Dead letters the bus does not have.
    var unsent: Set<DeadLetterID> = []
  }

  private let definition: ConsumerDefinition
  private let service: String
  private let store: ConsumerStore
  private let database: ServiceDatabase
  private let letters: any DeadLetterOffice
  private let failed: Signal
  private let settings: EventSettings
  private let clock: WallClock
  private let logger: Logger
  private let instruments: ConsumerInstruments
  private let plan = Mutex(Plan())

  init(
    definition: ConsumerDefinition, service: String, store: ConsumerStore, database: ServiceDatabase,
    letters: any DeadLetterOffice, failed: Signal, settings: EventSettings, clock: WallClock,
    logger: Logger, instruments: ConsumerInstruments
  ) {
    self.definition = definition
    self.service = service
    self.store = store
    self.database = database
    self.letters = letters
    self.failed = failed
    self.settings = settings
    self.clock = clock
    self.logger = logger
    self.instruments = instruments
  }

  /// What the bus answers to a report.
  func obey(_ orders: ConsumerOrders) {
    guard !orders.redrive.isEmpty || !orders.resend.isEmpty else { return }
    plan.withLock { plan in
      plan.redriven.formUnion(orders.redrive)
      plan.unsent.formUnion(orders.resend)
    }
    failed.raise()
  }

  func run() async {
    // Those of an earlier life are due now.
    for failing in (try? database.read(store.failingSubjects)) ?? [] {
      plan.withLock { $0.due[failing.key] = .now }
    }
    while !Task.isCancelled {
      let seen = failed.generation
      let pause = await tryWhatIsDue()
      await failed.wait(beyond: seen, atMost: pause)
    }
  }

  /// Answers how long there is nothing to do.
  private func tryWhatIsDue() async -> Duration {
    var next = ContinuousClock.now + settings.headCheckInterval
    let subjects = (try? database.read(store.failingSubjects)) ?? []
    for failing in subjects where !Task.isCancelled {
      guard let due = dueTime(of: failing) else { continue }
      guard due <= .now else {
        next = min(next, due)
        continue
      }
      do {
        if let again = try await attempt(failing) { next = min(next, again) }
      } catch {
        logger.warning("a failing subject cannot be tried now", metadata: ["error": "\(error)"])
        let again = ContinuousClock.now + settings.longestBackoff
        plan.withLock { $0.due[failing.key] = again }
        next = min(next, again)
      }
    }
    return max(.milliseconds(1), next - .now)
  }

  /// Nil for a dead letter nobody has redriven.
  private func dueTime(of failing: FailingSubject) -> ContinuousClock.Instant? {
    plan.withLock { plan in
      if let letter = failing.deadLetter {
        return plan.redriven.contains(letter) || plan.unsent.contains(letter) ? .now : nil
      }
      if let due = plan.due[failing.key] { return due }
      let due = ContinuousClock.now + pause(after: failing.attempts)
      plan.due[failing.key] = due
      return due
    }
  }

  private func pause(after attempts: Int) -> Duration {
    attempts >= 1 && attempts <= settings.retryDelays.count ? settings.retryDelays[attempts - 1] : .zero
  }

  /// One try of all that is parked under a subject; answers when the next one is due, if one is.
  private func attempt(_ failing: FailingSubject) async throws -> ContinuousClock.Instant? {
    if let letter = failing.deadLetter, plan.withLock({ $0.unsent.contains(letter) }) {
      try await send(letter, of: failing)
      return nil
    }
    switch try await replay(failing.key) {
    case .recovered:
      forget(failing)
      logger.notice("a failing subject has recovered", metadata: ["subject": "\(failing.key.subject)"])
      return nil
    case .failing(let still):
      forget(failing)
      if still.attempts > settings.retryDelays.count {
        try await giveUp(still)
        return nil
      }
      let due = ContinuousClock.now + pause(after: still.attempts)
      plan.withLock { $0.due[failing.key] = due }
      return due
    }
  }

  private func forget(_ failing: FailingSubject) {
    plan.withLock { plan in
      plan.due[failing.key] = nil
      if let letter = failing.deadLetter { plan.redriven.remove(letter) }
    }
  }

  /// Applies what is parked under a subject in order, in chunks, until the end or the next failure.
  private func replay(_ key: FailingSubject.Key) async throws -> Outcome {
    while true {
      if let keys = definition.keys, let next = try database.read({ try store.firstParked(key, in: $0) }) {
        try await keys.learn([next])
      }
      let outcome = try await database.write { [definition, store, settings] session -> Outcome? in
        guard var failing = try store.failingSubject(key, in: session) else { return .recovered }
        for _ in 0..<settings.batchCount {
          guard let event = try store.firstParked(key, in: session) else {
            try store.remove(key, in: session)
            return .recovered
          }
          do {
            try session.savepoint { try definition.effect(of: event)?(session) }
            try store.unpark(event, in: session)
            failing = FailingSubject(key: key, attempts: 0, error: "", deadLetter: nil)
          } catch let error where !error.concernsStorage {
            failing.attempts += 1
            failing.error = "\(error)".prefix(2000).description
            try store.save(failing, in: session)
            return .failing(failing)
          }
        }
        try store.save(failing, in: session)
        return nil
      }
      if let outcome { return outcome }
    }
  }

  /// Keeps the letter's id before sending it: if the sending fails, the bus asks for it after the next report.
  private func giveUp(_ failing: FailingSubject) async throws {
    let letter = failing.deadLetter ?? DeadLetterID(at: clock.now())
    var dead = failing
    dead.deadLetter = letter
    let isStillFailing = try await database.write { [store, dead] session in
      // Unless a rebuild has made it void.
      guard try store.failingSubject(dead.key, in: session) != nil else { return false }
      try store.save(dead, in: session)
      return true
    }
    guard isStillFailing else { return }
    instruments.deadLetters.increment()
    logger.error(
      "an event is a dead letter and its subject is parked",
      metadata: [
        "subject": "\(failing.key.subject)", "letter": "\(letter)", "error": "\(failing.error)",
      ])
    plan.withLock { _ = $0.unsent.insert(letter) }
    try await send(letter, of: dead)
  }

  private func send(_ letter: DeadLetterID, of failing: FailingSubject) async throws {
    guard let event = try database.read({ try store.firstParked(failing.key, in: $0) }) else { return }
    try await letters.accept(
      NewDeadLetter(
        id: letter, consumer: definition.name, service: service, event: event, error: failing.error))
    plan.withLock { _ = $0.unsent.remove(letter) }
  }
}
