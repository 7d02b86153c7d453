import Foundation

/// A mail server that is not ours, aiosmtpd, as a process of its own.
package final class TestMailServer: Sendable {
  /// Whether there is a Python with aiosmtpd.
  package static let isPresent = (try? run(["-c", "import aiosmtpd, cryptography"])) == 0

  /// A message as that server read it.
  package struct Received: Decodable, Sendable {
    package var mailFrom: String
    package var recipients: [String]
    package var isEncrypted: Bool
    package var user: String
    package var subject: String
    package var to: String
    package var sender: String
    package var id: String
    package var headers: [String]
    package var text: String
    package var date: String
    package var defects: [String]
    package var raw: String

    /// The secret of the link in it.
    package var token: String? {
      text.firstMatch(of: /#\/(?:verify|reset)\/([\w-]+)/).map { String($0.1) }
    }
  }

  private struct Line: Decodable {
    var event: String
    var port: Int?
  }

  package let port: Int
  private let process: Process
  private let output: String

  private init(port: Int, process: Process, output: String) {
    self.port = port
    self.process = process
    self.output = output
  }

  /// - Parameter arguments: those of `mail-server.py`.
  package static func start(port: Int = 0, _ arguments: [String] = []) async throws -> TestMailServer {
    let output = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString).jsonl").path
    _ = FileManager.default.createFile(atPath: output, contents: nil)
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "mail-server.py").path
    let process = Self.process(["-W", "ignore", script, "--port", "\(port)"] + arguments)
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    try process.run()
    func lines() -> [Line] { Self.lines(of: output) }
    try await eventually(within: .seconds(20)) { lines().contains { $0.event == "listening" } || !process.isRunning }
    guard let port = lines().first(where: { $0.event == "listening" })?.port else { throw CocoaError(.fileReadUnknown) }
    return TestMailServer(port: port, process: process, output: output)
  }

  /// Everything it took, also what it did not answer for.
  package var received: [Received] { Self.lines(of: output) }

  /// How often it has refused a recipient.
  package var refusals: Int { events("refused") }

  package func events(_ name: String) -> Int {
    Self.lines(of: output).filter { (line: Line) in line.event == name }.count
  }

  /// Once that many messages have come.
  package func messages(_ count: Int, within limit: Duration = .seconds(20)) async throws -> [Received] {
    try await eventually(within: limit) { self.received.count >= count }
    return received
  }

  package func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(atPath: output)
  }

  private static func lines<Value: Decodable>(of path: String) -> [Value] {
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Value.self, from: Data($0.utf8)) }
  }

  /// The virtual environment of the tools folder where there is one, else whatever python3 is.
  private static func process(_ arguments: [String]) -> Process {
    let process = Process()
    let tools = ProcessInfo.processInfo.environment["MATINEE_TOOLS"].map { "\($0)/browser/bin/python3" }
    if let tools, FileManager.default.isExecutableFile(atPath: tools) {
      process.executableURL = URL(filePath: tools)
      process.arguments = arguments
    } else {
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["python3"] + arguments
    }
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  private static func run(_ arguments: [String]) throws -> Int32 {
    let process = process(arguments)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
