import ClientKit
import Contract
import EventKit
import Logging
import ServiceLifecycle
import StorageKit
import TelemetryKit

/// Sends what waits, the longest due first, and deletes it once a courier has it. A kill in between sends it once
/// more, with the same id and the same link.
struct MailSender: Service {
  /// Looked for without a sign that something waits, as the clock may have been set.
  private static let lookInterval = Duration.seconds(5)
  private static let batchMaximum = 32
  /// Refusals for good that a mail survives: a server that is set up wrongly refuses everything.
  private static let refusalsMaximum = 5

  let database: ServiceDatabase
  let outgoing: OutgoingMail
  let composer: MailComposer
  let courier: any MailCourier
  /// Where messages are files; nil where a mail server takes them.
  let folder: MailboxFolder?
  let clock: WallClock
  let logger: Logger
  /// By outcome.
  let sent: Counter

  private enum Outcome {
    case sent, unneeded, postponed, givenUp
    /// The next would fare no better.
    case unreachable
  }

  func run() async throws {
    let news = Signal()
    database.onCommit { news.raise() }
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let seen = news.generation
        do {
          if try await sendBatch() { continue }
          await news.wait(beyond: seen, atMost: try pause())
        } catch {
          logger.warning("mails cannot be sent now", metadata: ["error": "\(error)"])
          try? await Task.sleep(for: Self.lookInterval)
        }
      }
    }
    courier.stop()
  }

  /// Until the next mail is due.
  private func pause() throws -> Duration {
    guard let due = try database.read({ try MailStore.nextDue(in: $0) }) else { return Self.lookInterval }
    let milliseconds = max(1, due.milliseconds - clock.now().milliseconds)
    return min(.milliseconds(milliseconds), Self.lookInterval)
  }

  /// Whether there may be more to send at once.
  private func sendBatch() async throws -> Bool {
    let now = clock.now()
    let mails = try database.read { try MailStore.due(at: now, limit: Self.batchMaximum, in: $0) }
    try countWaiting()
    defer { try? countWaiting() }
    for mail in mails {
      guard !Task.isCancelled else { return false }
      let outcome = try await send(mail)
      sent.increment(["\(outcome)"])
      if case .unreachable = outcome { return false }
    }
    return mails.count == Self.batchMaximum
  }

  private func countWaiting() throws {
    let maximum = outgoing.settings.queueMaximum
    outgoing.noteWaiting(try database.read { try MailStore.count(upTo: maximum, in: $0) })
  }

  private func send(_ mail: QueuedMail) async throws -> Outcome {
    let now = clock.now()
    let message = try await database.write { db in
      let message = try composer.compose(mail, now: now, in: db)
      if message == nil { try MailStore.delete(mail.id, in: db) }
      return message
    }
    guard let message else { return .unneeded }
    do {
      try await courier.send(message)
    } catch let error as MailError {
      return try await handle(error, mail)
    }
    let isErased = try await database.write { db in
      try MailStore.delete(mail.id, in: db)
      return try AccountID(message.owner).map { try AccountStore.account($0, in: db) == nil } ?? false
    }
    // Erased while the message was on its way, after its mailbox was cleared.
    if isErased { try folder?.forget(owner: message.owner) }
    return .sent
  }

  private func handle(_ error: MailError, _ mail: QueuedMail) async throws -> Outcome {
    let now = clock.now()
    let metadata: Logger.Metadata = [
      "mail": "\(mail.id)", "kind": "\(mail.kind)", "attempts": "\(mail.attempts + 1)", "reason": "\(error)",
    ]
    guard !isHopeless(error, mail, now: now) else {
      logger.error("a mail was given up", metadata: metadata)
      try await database.write { try MailStore.delete(mail.id, in: $0) }
      return .givenUp
    }
    logger.warning("a mail could not be sent", metadata: metadata)
    let due = now.adding(seconds: backoffSeconds(mail.attempts))
    try await database.write { try MailStore.postpone(mail.id, to: due, in: $0) }
    if case .unreachable = error { return .unreachable }
    return .postponed
  }

  private func isHopeless(_ error: MailError, _ mail: QueuedMail, now: Timestamp) -> Bool {
    if now.seconds(since: mail.createdAt) > Double(outgoing.settings.giveUpHours) * 3600 { return true }
    switch error {
    case .unsendable: return true
    case .refused: return mail.attempts + 1 >= Self.refusalsMaximum
    case .unreachable, .refusedForNow, .interrupted: return false
    }
  }

  private func backoffSeconds(_ attempts: Int) -> Double {
    var seconds = Double(outgoing.settings.retrySeconds)
    for _ in 0..<min(attempts, 20) { seconds *= 3 }
    return min(seconds, Double(outgoing.settings.retryMaximumSeconds))
  }
}
