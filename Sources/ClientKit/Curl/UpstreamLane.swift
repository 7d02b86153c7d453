import CCurl
import Contract
import NIOCore

/// The calls to one upstream: handles at rest, calls under way, calls that wait. Of the loop's thread.
///
/// Waiting happens here and not in libcurl, which walks over every handle it holds at each turn and keeps no
/// deadline for those it has queued.
final class UpstreamLane: @unchecked Sendable {
  let address: UpstreamAddress
  private let settings: ClientSettings
  private let limit: Int
  private var idle: [EasyHandle] = []
  private(set) var runningCount = 0
  private var waiting = CircularBuffer<Transfer>()
  /// No waiting call's deadline is earlier than this.
  private(set) var nextExpiry: ContinuousClock.Instant?

  init(address: UpstreamAddress, limit: Int, settings: ClientSettings) {
    self.address = address
    self.limit = limit
    self.settings = settings
  }

  /// Cancelled calls count until they are come upon.
  var waitingCount: Int { waiting.count }
  var hasRoom: Bool { runningCount < limit }

  /// False where the queue is full.
  func wait(_ transfer: Transfer) -> Bool {
    if waiting.count >= settings.waitingPerUpstream { forgetDone() }
    guard waiting.count < settings.waitingPerUpstream else { return false }
    transfer.state = .waiting
    waiting.append(transfer)
    nextExpiry = min(nextExpiry ?? transfer.deadline.instant, transfer.deadline.instant)
    return true
  }

  /// The next call in order of arrival; those cancelled in the meantime are passed over.
  func nextWaiting() -> Transfer? {
    while let transfer = waiting.popFirst() {
      if case .waiting = transfer.state { return transfer }
    }
    nextExpiry = nil
    return nil
  }

  /// Takes out the waiting calls whose deadline has passed.
  func takeExpired(_ now: ContinuousClock.Instant) -> [Transfer] {
    guard let expiry = nextExpiry, expiry <= now else { return [] }
    forgetDone()
    let expired = waiting.filter { $0.deadline.instant <= now }
    waiting.removeAll { $0.deadline.instant <= now }
    nextExpiry = waiting.lazy.map(\.deadline.instant).min()
    return Array(expired)
  }

  private func forgetDone() {
    waiting.removeAll { if case .done = $0.state { true } else { false } }
  }

  // MARK: - Handles

  /// The handle used last, whose connection and memory are warm.
  func takeHandle() -> EasyHandle? {
    guard let easy = idle.popLast() ?? EasyHandle(address, settings: settings) else { return nil }
    runningCount += 1
    return easy
  }

  func giveBack(_ easy: EasyHandle) {
    easy.recycle()
    runningCount -= 1
    if idle.count < limit { idle.append(easy) }
  }

  func dropHandles() {
    idle.removeAll()
  }
}
