import TelemetryKit

/// What a database reports, labelled with its file's name.
struct StorageInstruments: Sendable {
  private let database: String
  private let commitSeconds: Histogram
  private let writesPerCommit: Histogram
  private let failedCommits: Counter

  init(_ metrics: Metrics, database: String) {
    self.database = database
    commitSeconds = metrics.histogram(
      "storage_commit_seconds", help: "Time of one group commit, the disk's sync included.",
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2], labels: ["database"])
    writesPerCommit = metrics.histogram(
      "storage_writes_per_commit", help: "Writes that shared one commit.",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024], labels: ["database"])
    failedCommits = metrics.counter(
      "storage_failed_commits_total", help: "Group commits that failed as a whole.", labels: ["database"])
  }

  func recordCommit(writes: Int, duration: Duration) {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    commitSeconds.record(seconds, [database])
    writesPerCommit.record(Double(writes), [database])
  }

  func recordFailedCommit() {
    failedCommits.increment(by: 1, [database])
  }
}
