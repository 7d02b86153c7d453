package import Foundation

/// What a training took.
package struct TrainingCost: Sendable, Hashable {
  package let cpuSeconds: Double
  /// The most that the process held at once beyond what it held before; nil where the kernel does not tell.
  package let peakBytes: Int?

  package static func measuring<Result>(_ work: () throws -> Result) rethrows -> (result: Result, cost: TrainingCost) {
    let before = ResidentMemory.resetPeak()
    let start = CPUTime.ofProcess()
    let result = try work()
    let seconds = CPUTime.ofProcess() - start
    let peak = before.flatMap { before in ResidentMemory.peak().map { max(0, $0 - before) } }
    return (result, TrainingCost(cpuSeconds: seconds, peakBytes: peak))
  }
}

package enum CPUTime {
  /// Seconds that this thread computed.
  package static func ofThread() -> Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

  /// Seconds that all threads of this process computed.
  package static func ofProcess() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// proc_pid_status(5), of Linux.
private enum ResidentMemory {
  /// What is held now, from where the peak is counted anew.
  static func resetPeak() -> Int? {
    guard let handle = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return nil }
    do {
      try handle.write(contentsOf: Data("5".utf8))
      try handle.close()
    } catch {
      return nil
    }
    return bytes(named: "VmRSS:")
  }

  static func peak() -> Int? { bytes(named: "VmHWM:") }

  private static func bytes(named name: String) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) }),
      let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
    else { return nil }
    return kilobytes * 1024
  }
}
