import Synchronization

/// Stops calling an upstream that mostly fails, and tries it again with a few probes after a pause.
///
/// Closed until half of at least 20 calls within 10 s have failed; then open for 5 s, in which every call is refused;
/// then three probes: all must succeed to close it, one failure opens it again.
package final class CircuitBreaker: Sendable {
  package struct Settings: Sendable {
    /// The share of failed calls that opens it, 0...1.
    package var failureShare = 0.5
    /// Fewer calls than this in the window say nothing.
    package var minimumCalls = 20
    package var window = Duration.seconds(10)
    package var openTime = Duration.seconds(5)
    package var probes = 3

    package init() {}
  }

  package enum Status: String, Sendable {
    case closed, open, probing
  }

  package enum Outcome: Sendable {
    case success, failure
    /// Says nothing of the upstream: cancelled, or refused on our side.
    case unknown
  }

  /// Leave to make one call, whose outcome must be recorded once.
  package struct Permit: Sendable {
    fileprivate let generation: Int
    fileprivate let isProbe: Bool
  }

  private static let sliceCount = 10

  private enum Phase {
    case closed
    case open(until: ContinuousClock.Instant)
    case probing(under: Int, succeeded: Int)
  }

  private struct Slice {
    var number = -1
    var calls = 0
    var failures = 0
  }

  private struct State {
    var phase = Phase.closed
    /// Rises with each change of phase: the outcome of a call made before it no longer counts.
    var generation = 0
    var slices = [Slice](repeating: Slice(), count: CircuitBreaker.sliceCount)

    mutating func enter(_ phase: Phase) {
      self.phase = phase
      generation += 1
      for index in slices.indices { slices[index] = Slice() }
    }
  }

  private let settings: Settings
  private let clock: MonotonicClock
  private let start: ContinuousClock.Instant
  private let state = Mutex(State())

  package init(_ settings: Settings = Settings(), clock: MonotonicClock = .system) {
    self.settings = settings
    self.clock = clock
    start = clock.now()
  }

  package var status: Status {
    state.withLock { state in
      switch state.phase {
      case .closed: .closed
      case .open(let until): clock.now() < until ? .open : .probing
      case .probing: .probing
      }
    }
  }

  /// Leave for one call; nil where it must not be made now.
  package func admit() -> Permit? {
    state.withLock { state in
      switch state.phase {
      case .closed:
        return Permit(generation: state.generation, isProbe: false)
      case .open(let until):
        guard clock.now() >= until else { return nil }
        state.enter(.probing(under: 1, succeeded: 0))
        return Permit(generation: state.generation, isProbe: true)
      case .probing(let under, let succeeded):
        guard under + succeeded < settings.probes else { return nil }
        state.phase = .probing(under: under + 1, succeeded: succeeded)
        return Permit(generation: state.generation, isProbe: true)
      }
    }
  }

  package func record(_ outcome: Outcome, of permit: Permit) {
    state.withLock { state in
      guard permit.generation == state.generation else { return }
      switch state.phase {
      case .open: return
      case .probing(let under, let succeeded): recordProbe(outcome, under: under, succeeded: succeeded, &state)
      case .closed: recordCall(outcome, &state)
      }
    }
  }

  private func recordProbe(_ outcome: Outcome, under: Int, succeeded: Int, _ state: inout State) {
    switch outcome {
    case .failure: state.enter(.open(until: clock.now() + settings.openTime))
    case .unknown: state.phase = .probing(under: under - 1, succeeded: succeeded)
    case .success:
      if succeeded + 1 >= settings.probes { return state.enter(.closed) }
      state.phase = .probing(under: under - 1, succeeded: succeeded + 1)
    }
  }

  private func recordCall(_ outcome: Outcome, _ state: inout State) {
    if case .unknown = outcome { return }
    let now = clock.now()
    let number = Int((now - start) / (settings.window / Self.sliceCount))
    let index = number % Self.sliceCount
    if state.slices[index].number != number { state.slices[index] = Slice(number: number) }
    state.slices[index].calls += 1
    guard case .failure = outcome else { return }
    state.slices[index].failures += 1
    var calls = 0
    var failures = 0
    for slice in state.slices where slice.number > number - Self.sliceCount {
      calls += slice.calls
      failures += slice.failures
    }
    if calls >= settings.minimumCalls, Double(failures) >= settings.failureShare * Double(calls) {
      state.enter(.open(until: now + settings.openTime))
    }
  }
}
