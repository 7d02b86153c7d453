import ClientKit
import Contract
import Foundation
import ServerKit
import TestKit
import Testing

@Suite("Metrics of the server")
struct MetricsTests {
  @Test("Requests are counted and timed by endpoint and class of status, within bounds")
  func counts() async throws {
    try await withService(ProbeModule.self) { service in
      for _ in 0..<3 { _ = try await send(service, .get, "/hello") }
      for index in 0..<20 { _ = try await send(service, .get, "/nothing/\(index)") }
      _ = try await send(service, .get, "/bug")
      let text = String(decoding: try await service.get("/metrics").body, as: UTF8.self)
      #expect(text.contains(#"http_server_requests_total{endpoint="probe.hello",status="2xx"} 3"#))
      #expect(text.contains(#"http_server_requests_total{endpoint="unmatched",status="4xx"} 20"#))
      #expect(text.contains(#"http_server_request_duration_seconds_count{endpoint="probe.bug",status="5xx"} 1"#))
      #expect(!text.contains("nothing"))
    }
  }

  @Test("What took long is logged, unless taking long is what it is for; what was quick is not")
  func slowLog() async throws {
    try await withService(ProbeModule.self, settings: ["SLOW_REQUEST_MILLISECONDS": "20"]) { service in
      for path in ["/wait", "/livez", "/slow"] { _ = try await send(service, .get, path) }
      try await eventually { service.log.lines.contains { $0.contains("endpoint=probe.slow") } }
      #expect(!service.log.lines.contains { $0.contains("endpoint=probe.wait") })
    }
  }

  @Test("promtool accepts what is shown", .enabled(if: promtool != nil, "promtool is not installed"))
  func lint() async throws {
    try await withService(ProbeModule.self) { service in
      _ = try await send(service, .get, "/hello")
      let text = try await service.get("/metrics")
      #expect(text.header("content-type")?.hasPrefix("text/plain; version=0.0.4") == true)
      let process = Process()
      process.executableURL = URL(fileURLWithPath: try #require(promtool))
      process.arguments = ["check", "metrics"]
      let input = Pipe()
      let output = Pipe()
      process.standardInput = input
      process.standardOutput = output
      process.standardError = output
      try process.run()
      try input.fileHandleForWriting.write(contentsOf: Data(text.body))
      try input.fileHandleForWriting.close()
      let said = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      #expect(said.isEmpty, "\(String(decoding: said, as: UTF8.self))")
    }
  }
}

private let promtool: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/usr/local/bin")
  .split(separator: ":").map { "\($0)/promtool" }
  .first { FileManager.default.isExecutableFile(atPath: $0) }
