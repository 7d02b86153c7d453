/// What the programs of a task cost the machine.
package struct TaskUsage: Codable, Sendable, Hashable {
  /// User and system time of all of them.
  package var cpuSeconds: Double
  /// From start to end of each, added up.
  package var wallSeconds: Double
  /// Resident set of the largest of them.
  package var peakMemoryBytes: Int

  package init(cpuSeconds: Double = 0, wallSeconds: Double = 0, peakMemoryBytes: Int = 0) {
    self.cpuSeconds = cpuSeconds
    self.wallSeconds = wallSeconds
    self.peakMemoryBytes = peakMemoryBytes
  }
}
