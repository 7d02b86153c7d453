import AccountsAPI
import Contract
import StorageKit
import Synchronization

/// Where mails wait. One is queued in the transaction of its cause, so it leaves if and only if that was committed.
final class OutgoingMail: Sendable {
  let settings: MailSettings
  private let toAddress: AttemptLimit
  private let random: @Sendable (ClosedRange<Int>) -> Int
  /// As the sender counted them last.
  private let waiting = Atomic(0)

  init(
    settings: MailSettings, clock: WallClock,
    random: @escaping @Sendable (ClosedRange<Int>) -> Int = { Int.random(in: $0) }
  ) {
    self.settings = settings
    self.random = random
    toAddress = AttemptLimit(settings.toAddress, clock: clock)
  }

  /// Counts one more mail that somebody causes to the address. Asked before the write, and of every address alike.
  /// Throws ``AccountsError/tooManyAttempts(_:)``.
  func cause(to address: EmailAddress) throws(AccountsError) {
    try toAddress.spend(address.key)
  }

  /// The same, for those who must not hear of it.
  func mayBeCaused(to address: EmailAddress) -> Bool {
    (try? cause(to: address)) != nil
  }

  /// - Parameters:
  ///   - account: nil for a password reset alone.
  ///   - device: what a notice tells of a device.
  func queue(
    _ kind: MailKind, to address: String, of account: AccountID?, device: String = "", now: Timestamp,
    in db: SQLSession
  ) throws {
    guard waiting.load(ordering: .relaxed) < settings.queueMaximum else { return }
    try MailStore.insert(
      QueuedMail(
        id: MailID(at: now), kind: kind, account: account, address: address, device: device, createdAt: now,
        dueAt: now.adding(seconds: Double(random(0...settings.delayMilliseconds)) / 1000), attempts: 0),
      in: db)
  }

  func noteWaiting(_ count: Int) {
    waiting.store(count, ordering: .relaxed)
  }

  var waitingCount: Int { waiting.load(ordering: .relaxed) }
}
