import EventKit
import Synchronization

/// One signal per source, so that an event wakes only those who wait for its source.
final class SourceSignals: Sendable {
  private let signals = Mutex<[String: Signal]>([:])
  private let shared = Signal()
  /// Sources beyond it share one signal.
  private static let limit = 64

  subscript(source: String) -> Signal {
    signals.withLock { signals in
      if let signal = signals[source] { return signal }
      guard signals.count < Self.limit else { return shared }
      let signal = Signal()
      signals[source] = signal
      return signal
    }
  }

  func raiseAll() {
    for signal in signals.withLock({ Array($0.values) }) + [shared] { signal.raise() }
  }
}
