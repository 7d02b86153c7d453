/// Where durations are measured from; a parameter, so that a test decides how time passes.
package struct MonotonicClock: Sendable {
  package let now: @Sendable () -> ContinuousClock.Instant

  package init(now: @escaping @Sendable () -> ContinuousClock.Instant) {
    self.now = now
  }

  package static let system = MonotonicClock { .now }
}
