import Foundation

/// CPU seconds and memory of one process, from `/proc`.
package struct ProcessUsage: Sendable {
  package var cpuSeconds: Double
  /// Proportional set size in bytes: shared pages are counted by the part.
  package var proportionalBytes: Int
  /// The most memory it ever had.
  package var peakBytes: Int

  package init?(pid: Int) {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
      let fields = stat.split(separator: ")").last?.split(separator: " "), fields.count > 13,
      let user = Double(fields[11]), let system = Double(fields[12])
    else { return nil }
    cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    proportionalBytes = Self.bytes(after: "Pss:", in: "/proc/\(pid)/smaps_rollup")
    peakBytes = Self.bytes(after: "VmHWM:", in: "/proc/\(pid)/status")
  }

  private static func bytes(after label: String, in path: String) -> Int {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(label) }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
  }

  /// The processes of the stack that serves `port`: every `matinee <service>` with the same home as the gateway.
  package static func stack(servingPort port: Int) -> [String: Int] {
    let all = processes()
    guard let home = all.first(where: { $0.service == "gateway" && $0.port == port })?.home else { return [:] }
    var found: [String: Int] = [:]
    for process in all where process.home == home { found["\(process.service)-\(process.pid)"] = process.pid }
    return found
  }

  private static func processes() -> [(pid: Int, service: String, home: String, port: Int)] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { Int($0) }.compactMap { pid in
      guard let command = words(of: "/proc/\(pid)/cmdline"), command.count >= 2, command[0].hasSuffix("matinee"),
        let variables = words(of: "/proc/\(pid)/environ")
      else { return nil }
      func variable(_ name: String) -> String? {
        variables.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
      }
      let port = variable("MATINEE_\(command[1].uppercased())_PORT").flatMap { Int($0) } ?? 8080
      return (pid, command[1], variable("MATINEE_HOME") ?? "", port)
    }
  }

  private static func words(of path: String) -> [String]? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
