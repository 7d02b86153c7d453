import EncodingAPI
import Foundation
import Glibc

/// What the programs below a process have used so far.
///
/// bubblewrap ends as soon as its inner half has told it how the tool ended, and waits for neither: the kernel's
/// account of them is lost. So it is read while they run; at most the last moment between two readings is missed.
enum ProcessTree {
  private static let mostProcesses = 100

  static func usage(below root: pid_t) -> TaskUsage {
    var usage = TaskUsage()
    var waiting = children(of: root)
    var seen = 0
    while let process = waiting.popLast(), seen < mostProcesses {
      seen += 1
      usage.cpuSeconds += cpuSeconds(of: process)
      usage.peakMemoryBytes = max(usage.peakMemoryBytes, peakMemoryBytes(of: process))
      waiting += children(of: process)
    }
    return usage
  }

  private static func children(of process: pid_t) -> [pid_t] {
    text("/proc/\(process)/task/\(process)/children").split(separator: " ").compactMap { pid_t($0) }
  }

  /// User and system time, and that of children it has waited for: fields 14 to 17 of proc(5).
  private static func cpuSeconds(of process: pid_t) -> Double {
    // The name in field 2 may hold anything, but for the last bracket.
    let fields = text("/proc/\(process)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 14 else { return 0 }
    let ticks = fields[11...14].compactMap { Double($0) }.reduce(0, +)
    return ticks / Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
  }

  private static func peakMemoryBytes(of process: pid_t) -> Int {
    let line = text("/proc/\(process)/status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }

  /// Empty where the process has gone.
  private static func text(_ path: String) -> String {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
