import Foundation

/// What Prometheus client libraries tell of their process; read from `/proc` at each scrape.
package enum ProcessMetrics {
  package static func register(in metrics: Metrics) {
    metrics.observeTotal("process_cpu_seconds_total", help: "User and system CPU time of the process in seconds.") {
      cpuSeconds
    }
    metrics.observe("process_resident_memory_bytes", help: "Resident memory of the process in bytes.") {
      residentBytes
    }
    metrics.observe("process_open_fds", help: "Open file descriptors of the process.") {
      Double((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0)
    }
    metrics.observe("process_start_time_seconds", help: "Start of the process, seconds since 1970.") {
      startTimeSeconds
    }
  }

  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static var residentBytes: Double {
    let fields = text(of: "/proc/self/statm").split(separator: " ")
    return fields.count > 1 ? (Double(fields[1]) ?? 0) * Double(sysconf(Int32(_SC_PAGESIZE))) : 0
  }

  private static let startTimeSeconds: Double = {
    // Field 22 of stat, in clock ticks since boot; the name before it may hold spaces and ends in `)`.
    let stat = text(of: "/proc/self/stat")
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    let bootLine = text(of: "/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
    guard fields.count > 20, let ticks = Double(fields[20]), let boot = bootLine.flatMap({ Double($0.dropFirst(6)) })
    else { return 0 }
    return boot + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }()

  /// `/proc` files have no length, so they are read until their end.
  private static func text(of path: String) -> String {
    guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.readToEnd() else { return "" }
    return String(decoding: data, as: UTF8.self)
  }
}
