/// When a task is tried again.
struct RetryPolicy: Sendable {
  /// Why an attempt did not end well although another may.
  enum Failure: Sendable {
    /// The task's own: killed, timed out, a tool that failed.
    case itself
    /// Not the task's: its encoder was lost, or there was no space.
    case circumstance
  }

  var maximumAttempts: Int
  /// Of attempts that failed by circumstances; they do not count among the others.
  var maximumExcusedAttempts: Int
  var firstWaitSeconds: Double
  var maximumWaitSeconds: Double

  /// Seconds before the next attempt; nil where it was the last.
  /// - Parameters:
  ///   - attempts: all that were made.
  ///   - excused: those of them that failed by circumstances, this one included where it did.
  ///   - jitter: 0 to 1: half of the wait is left to it, so that tasks that failed together do not return together.
  func wait(after attempts: Int, excused: Int, failure: Failure, jitter: Double) -> Double? {
    switch failure {
    case .itself:
      let own = attempts - excused
      return own < maximumAttempts ? wait(step: own, jitter) : nil
    case .circumstance:
      return excused < maximumExcusedAttempts ? wait(step: excused, jitter) : nil
    }
  }

  /// Doubles with each step from the first.
  private func wait(step: Int, _ jitter: Double) -> Double {
    var wait = firstWaitSeconds
    for _ in 1..<max(1, step) where wait < maximumWaitSeconds { wait *= 2 }
    return min(wait, maximumWaitSeconds) * (0.5 + 0.5 * jitter)
  }
}
