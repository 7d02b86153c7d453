/// When a task is tried again.
struct RetryPolicy: Sendable {
  var maximumAttempts: Int
  var firstWaitSeconds: Double
  var maximumWaitSeconds: Double

  /// Seconds before the next attempt after `attempts` have been made; nil where it was the last.
  /// `jitter` is 0 to 1: half of the wait is left to it, so that tasks that failed together do not return together.
  func wait(after attempts: Int, jitter: Double) -> Double? {
    guard attempts < maximumAttempts else { return nil }
    var wait = firstWaitSeconds
    for _ in 1..<max(2, attempts) where wait < maximumWaitSeconds { wait *= attempts > 1 ? 2 : 1 }
    return min(wait, maximumWaitSeconds) * (0.5 + 0.5 * jitter)
  }
}
