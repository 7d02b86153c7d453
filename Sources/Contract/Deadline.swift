/// The moment after which an answer is of no use; monotonic, passed between services as remaining milliseconds.
package struct Deadline: Sendable, Hashable {
  package let instant: ContinuousClock.Instant

  package init(_ instant: ContinuousClock.Instant) {
    self.instant = instant
  }

  package static func after(_ duration: Duration) -> Deadline {
    Deadline(.now + duration)
  }

  package var remaining: Duration { instant - .now }

  /// Whole milliseconds left, never negative.
  package var remainingMilliseconds: Int {
    let left = remaining.components
    return max(0, Int(left.seconds) * 1000 + Int(left.attoseconds / 1_000_000_000_000_000))
  }

  package var hasPassed: Bool { remaining <= .zero }

  /// The earlier of this and `duration` from now.
  package func atMost(_ duration: Duration) -> Deadline {
    Deadline(min(instant, .now + duration))
  }
}
