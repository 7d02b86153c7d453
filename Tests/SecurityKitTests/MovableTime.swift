import Contract
import Synchronization

/// A clock that a test moves.
final class MovableTime: Sendable {
  private let milliseconds = Mutex<Int64>(1_800_000_000_000)

  func advance(seconds: Double) {
    milliseconds.withLock { $0 += Int64(seconds * 1000) }
  }

  var clock: WallClock {
    WallClock { Timestamp(milliseconds: self.milliseconds.withLock { $0 }) }
  }
}
