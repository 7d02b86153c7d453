/// The condition did not come true in time.
package struct NeverHappened: Error, CustomStringConvertible {
  package let description: String
}

/// Waits until `condition` holds; a throw of it counts as not yet. Throws ``NeverHappened`` after `duration`, which
/// is long: it is for what never comes, on however busy a machine, and costs nothing where things go well. Looks more
/// and more rarely, down to once in `longestPause`.
package func eventually(
  within duration: Duration = .seconds(60), longestPause: Duration = .milliseconds(50),
  _ condition: () async throws -> Bool
) async throws {
  let end = ContinuousClock.now + duration
  var pause = Duration.milliseconds(1)
  var last: (any Error)?
  while true {
    do {
      if try await condition() { return }
      last = nil
    } catch {
      last = error
    }
    guard ContinuousClock.now < end else {
      throw NeverHappened(description: "not within \(duration)" + (last.map { "; last: \($0)" } ?? ""))
    }
    try await Task.sleep(for: pause)
    pause = min(pause * 2, longestPause)
  }
}
