import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import TestKit
import Testing

/// An accounts service of its own for the figures: the built program, in a folder and on a port of its own, called as
/// the gateway calls it.
final class AccountsProcess: Sendable {
  static let password = "a viewer for tests only"

  let pid: Int
  let home: String
  let transport: CurlTransport
  private let process: Process
  private let address: String

  private init(process: Process, home: String, address: String, transport: CurlTransport) {
    self.process = process
    pid = Int(process.processIdentifier)
    self.home = home
    self.address = address
    self.transport = transport
  }

  /// - Parameter settings: names without `MATINEE_`.
  static func start(_ settings: [String: String]) async throws -> AccountsProcess {
    let home = TemporaryFolder.make("bench")
    let port = try FreePorts.take(1)[0]
    let process = Process()
    process.executableURL = URL(filePath: try #require(Bench.binary, "deploy/bench says which program is measured"))
    process.arguments = ["accounts"]
    var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MATINEE_") }
    environment["MATINEE_HOME"] = home
    environment["MATINEE_ACCOUNTS_PORT"] = "\(port)"
    environment["MATINEE_LOG_LEVEL"] = "critical"
    for (name, value) in settings { environment["MATINEE_\(name)"] = value }
    process.environment = environment
    (process.standardInput, process.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
    process.standardError = FileHandle.nullDevice
    try process.run()
    let address = "http://127.0.0.1:\(port)"
    try await eventually(within: .seconds(20)) {
      try await PublicClient(address: address).get("/readyz").status == 200
    }
    let mint = InternalTokenMint(keys: try StackKeys(home: home), clock: .system)
    let transport = CurlTransport(
      loop: CurlLoop(), upstream: "accounts", baseURL: address,
      credential: { mint.token(for: $0, audience: "accounts") })
    return AccountsProcess(process: process, home: home, address: address, transport: transport)
  }

  func stop() {
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    TemporaryFolder.remove(home)
  }

  // MARK: - Calls

  /// From a client of that address, as the gateway tells it.
  func send(
    _ path: String, _ body: some Encodable, from client: String = "192.0.2.1"
  ) async throws -> TransportResponse {
    var context = CallContext(principal: .anonymous, deadline: .after(.seconds(30)))
    context.clientAddress = NetworkAddress(client)
    return try await transport.send(
      TransportRequest(
        method: .post, target: path, headers: [("content-type", "application/json")], body: try JSON.encode(body),
        context: context))
  }

  func logIn(_ email: String, _ password: String = password, from client: String = "192.0.2.1") async throws -> Int {
    try await send(
      "/v1/sessions", LogIn(email: email, password: password, device: Device(name: "Bench", kind: .web)), from: client
    ).status
  }

  func signUp(_ email: String, from client: String = "192.0.2.1") async throws -> SignedUp {
    let answer = try await send(
      "/v1/accounts",
      SignUp(email: email, password: Self.password, displayName: "Vera", country: "DE", plan: .premium), from: client)
    guard answer.status == 201 else { throw answer.problem }
    return try JSON.decode(SignedUp.self, from: answer.body)
  }

  /// Uses the links in the mailbox until every account of `count` is verified.
  func verifyAll(_ count: Int) async throws {
    let folder = "\(home)/accounts/mailbox"
    var done: Set<String> = []
    try await eventually(within: .seconds(120)) {
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".eml") }
      for name in names where !done.contains(name) {
        let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        guard let token = text.firstMatch(of: /#\/verify\/([\w-]+)/) else { continue }
        _ = try await send("/v1/email-verifications/confirmation", LinkConfirmation(token: String(token.1)))
        done.insert(name)
      }
      return done.count >= count
    }
  }

  // MARK: - What it says of itself

  /// The value of a metric without labels.
  func metric(_ name: String) async throws -> Double {
    let text = String(decoding: try await PublicClient(address: address).get("/metrics").body, as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line?.split(separator: " ").last.flatMap { Double($0) } ?? 0
  }

  /// Passwords hashed or checked so far.
  func hashes() async throws -> Int { Int(try await metric("accounts_password_hash_seconds_count")) }

  /// The most memory it ever had, in bytes.
  var peakBytes: Int { ProcessUsage(pid: pid)?.peakBytes ?? 0 }
}

/// Whether two lots of times can be told apart: the chance that one of the first is longer than one of the second.
enum Discrimination {
  /// Area under the curve of the best guess by threshold, 0.5 to 1: 0.5 tells nothing. By ranks (Mann–Whitney).
  static func area(_ first: [Double], _ second: [Double]) -> Double {
    let all = (first.map { ($0, true) } + second.map { ($0, false) }).sorted { $0.0 < $1.0 }
    var rankSum = 0.0
    var index = 0
    while index < all.count {
      var end = index
      while end < all.count, all[end].0 == all[index].0 { end += 1 }
      let rank = Double(index + end + 1) / 2
      rankSum += rank * Double(all[index..<end].count { $0.1 })
      index = end
    }
    let (n, m) = (Double(first.count), Double(second.count))
    let area = (rankSum - n * (n + 1) / 2) / (n * m)
    return max(area, 1 - area)
  }
}
