import Contract
import Synchronization

/// Time that passes when the test says so.
final class ManualTime: Sendable {
  private struct State {
    var wall = Timestamp(milliseconds: 1_800_000_000_000)
    var monotonic = ContinuousClock.now
  }

  private let state = Mutex(State())

  var clock: WallClock { WallClock { self.state.withLock { $0.wall } } }
  var now: Timestamp { clock.now() }
  var monotonic: @Sendable () -> ContinuousClock.Instant { { self.state.withLock { $0.monotonic } } }

  func pass(_ duration: Duration) {
    state.withLock { state in
      state.monotonic += duration
      state.wall = state.wall.adding(seconds: duration / .seconds(1))
    }
  }

  /// The wall clock is set; no time passes.
  func setWallClock(forwardBy seconds: Double) {
    state.withLock { $0.wall = $0.wall.adding(seconds: seconds) }
  }
}
