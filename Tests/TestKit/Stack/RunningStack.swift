package import Foundation
import Synchronization

/// The whole of Matinee as real processes of the built binary, on ports and in a folder of its own.
///
/// Every process is started by this value and ended by it; nothing else is ever signalled.
package final class RunningStack: Sendable {
  package static let services = [
    "bus", "accounts", "catalog", "encoding", "playback", "recommendations", "delivery", "encoder", "gateway",
  ]

  package let home: String
  package let ports: [String: Int]
  package let `operator` = (email: "operator@example.test", password: "an operator for tests only")
  private let extraEnvironment: [String: String]
  private let smallDisks: [String: Int]
  private let hidden: [String: String]
  private let processes = Mutex<[String: Process]>([:])

  package var address: String { "http://127.0.0.1:\(ports["gateway"] ?? 0)" }

  package func address(of service: String) -> String { "http://127.0.0.1:\(ports[service] ?? 0)" }

  /// Starts every service and waits until each is ready.
  ///
  /// - Parameters:
  ///   - smallDisks: Bytes of the disk on which a service's data folder lies, by service; see ``SmallDisk``.
  ///   - hidden: The service whose data folder another does not see, by that other, as on another machine.
  ///   - paths: settings that are paths below the stack's home, as `/encoder/media`.
  ///   - services: those that are started; the others can be launched later.
  package static func start(
    environment: [String: String] = [:], smallDisks: [String: Int] = [:], hidden: [String: String] = [:],
    settingHome paths: [String: String] = [:], only services: [String] = services
  ) async throws -> RunningStack {
    let stack = try RunningStack(environment: environment, smallDisks: smallDisks, hidden: hidden, paths: paths)
    do {
      for service in services { try stack.launch(service) }
      for service in services { try await stack.waitUntilReady(service) }
    } catch {
      stack.stop()
      throw error
    }
    return stack
  }

  /// Every service in one process, on the same ports.
  package static func startInOneProcess() async throws -> RunningStack {
    let stack = try RunningStack(environment: [:])
    do {
      try stack.launch("all")
      for service in services { try await stack.waitUntilReady(service) }
    } catch {
      stack.stop()
      throw error
    }
    return stack
  }

  private init(
    environment: [String: String], smallDisks: [String: Int] = [:], hidden: [String: String] = [:],
    paths: [String: String] = [:]
  ) throws {
    home = FileManager.default.temporaryDirectory.appending(path: "matinee-stack-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: home + "/sources", withIntermediateDirectories: true)
    ports = Dictionary(uniqueKeysWithValues: zip(Self.services, try FreePorts.take(Self.services.count)))
    extraEnvironment = environment.merging(paths.mapValues { [home] in home + $0 }) { $1 }
    self.smallDisks = smallDisks
    self.hidden = hidden
    let account =
      #"{"email":"\#(`operator`.email)","password":"\#(`operator`.password)","#
      + #""displayName":"Test operator","country":"DE"}"#
    try Data(account.utf8).write(to: URL(filePath: home + "/operator.json"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: home + "/operator.json")
  }

  /// The binary beside the tests, or the one `MATINEE_BINARY` names.
  package static var binary: URL {
    if let path = ProcessInfo.processInfo.environment["MATINEE_BINARY"] { return URL(filePath: path) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return root.appending(path: ".build/debug/matinee")
  }

  // MARK: - Processes

  package func pid(of service: String) -> Int32? {
    processes.withLock { $0[service]?.isRunning == true ? $0[service]?.processIdentifier : nil }
  }

  /// The data folder of a running service as the service itself sees it.
  package func dataFolder(of service: String) -> String? {
    pid(of: service).map { "/proc/\($0)/root\(home)/\(service)" }
  }

  /// - Parameter name: What it is called in the other calls, where more than one of the service runs.
  package func launch(
    _ service: String, as name: String? = nil, environment more: [String: String] = [:]
  ) throws {
    let name = name ?? service
    let process = Process()
    if let bytes = smallDisks[service] {
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = SmallDisk.wrapped([Self.binary.path, service], folder: home + "/\(service)", bytes: bytes)
    } else if let other = hidden[service] {
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = SmallDisk.wrapped([Self.binary.path, service], folder: home + "/\(other)", bytes: 1 << 20)
    } else {
      process.executableURL = Self.binary
      process.arguments = [service]
    }
    process.environment = environment.merging(more) { $1 }
    let log = home + "/\(name).log"
    if !FileManager.default.fileExists(atPath: log) { _ = FileManager.default.createFile(atPath: log, contents: nil) }
    let output = try FileHandle(forWritingTo: URL(filePath: log))
    try output.seekToEnd()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    processes.withLock { $0[name] = process }
  }

  /// One encoder more, told apart from the others by its number (from 2).
  package func launchEncoder(_ number: Int) async throws {
    let port = try FreePorts.take(1)[0]
    let name = "encoder-\(number)"
    try launch(
      "encoder", as: name, environment: ["MATINEE_ENCODER_PORT": "\(port)", "MATINEE_ENCODER_NAME": name])
    try await eventually(within: .seconds(20)) {
      try await PublicClient(address: "http://127.0.0.1:\(port)").get("/readyz").status == 200
    }
  }

  /// Runs `matinee ARGUMENTS` to its end; answers its exit status.
  package func command(_ arguments: String...) async throws -> Int32 {
    let process = Process()
    process.executableURL = Self.binary
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    try await eventually(within: .seconds(60)) { !process.isRunning }
    return process.terminationStatus
  }

  private var environment: [String: String] {
    var all = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MATINEE_") || $0.key == "MATINEE_TOOLS" }
    all["MATINEE_HOME"] = home
    all["MATINEE_ACCOUNTS_OPERATOR_FILE"] = home + "/operator.json"
    all["MATINEE_ACCOUNTS_SIGN_UPS_PER_ADDRESS"] = "100000"
    all["SWIFT_BACKTRACE"] = "enable=no"
    for (service, port) in ports {
      all["MATINEE_\(service.uppercased())_PORT"] = String(port)
      all["MATINEE_\(service.uppercased())_URL"] = "http://127.0.0.1:\(port)"
    }
    return all.merging(extraEnvironment) { $1 }
  }

  /// `kill -9`, and reaped.
  package func kill(_ service: String) async throws {
    try await end(service, signal: SIGKILL)
  }

  /// TERM, and waited for; answers the exit status.
  @discardableResult
  package func terminate(_ service: String) async throws -> Int32 {
    try await end(service, signal: SIGTERM)
  }

  /// Stops a process without ending it, or lets it go on.
  package func signal(_ service: String, _ signal: Int32) {
    if let pid = pid(of: service) { Foundation.kill(pid, signal) }
  }

  @discardableResult
  private func end(_ service: String, signal: Int32) async throws -> Int32 {
    guard let process = processes.withLock({ $0[service] }), process.isRunning else { return 0 }
    Foundation.kill(process.processIdentifier, signal)
    try await eventually { !process.isRunning }
    return process.terminationStatus
  }

  package func waitUntilReady(_ service: String, within limit: Duration = .seconds(20)) async throws {
    let client = PublicClient(address: address(of: service))
    do {
      try await eventually(within: limit) { try await client.get("/readyz").status == 200 }
    } catch {
      throw StackFailure(service: service, log: tail(of: service))
    }
  }

  package func tail(of service: String, lines: Int = 30) -> String {
    let text = (try? String(contentsOfFile: home + "/\(service).log", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
  }

  /// Ends every process and removes the folder.
  package func stop() {
    let all = processes.withLock { $0.values.filter(\.isRunning) }
    for process in all {
      Foundation.kill(process.processIdentifier, SIGCONT)
      Foundation.kill(process.processIdentifier, SIGTERM)
    }
    let deadline = ContinuousClock.now + .seconds(15)
    while all.contains(where: \.isRunning), ContinuousClock.now < deadline { usleep(20_000) }
    for process in all where process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    if ProcessInfo.processInfo.environment["MATINEE_KEEP"] == nil {
      try? FileManager.default.removeItem(atPath: home)
    }
  }
}

package struct StackFailure: Error, CustomStringConvertible {
  let service: String
  let log: String
  package var description: String { "\(service) did not become ready; its log ends:\n\(log)" }
}
