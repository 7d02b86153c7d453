import EncodingAPI
import Glibc
import Synchronization

/// Adds up what the programs of one task cost, whatever thread they ended on.
final class UsageMeter: Sendable {
  private let total = Mutex(TaskUsage())

  var usage: TaskUsage { total.withLock { $0 } }

  func add(_ usage: TaskUsage) {
    total.withLock {
      $0.cpuSeconds += usage.cpuSeconds
      $0.wallSeconds += usage.wallSeconds
      $0.peakMemoryBytes = max($0.peakMemoryBytes, usage.peakMemoryBytes)
    }
  }
}

extension TaskUsage {
  /// The kernel's account of a process that was waited for, and of those it waited for itself.
  init(_ spent: rusage, wall: Duration) {
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
    self.init(
      cpuSeconds: seconds(spent.ru_utime) + seconds(spent.ru_stime), wallSeconds: wall / .seconds(1),
      peakMemoryBytes: Int(spent.ru_maxrss) * 1024)
  }
}
