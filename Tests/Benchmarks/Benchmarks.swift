import ClientKit
import Contract
import Foundation
import PlaybackAPI
import SecurityKit
import TestKit
import Testing

/// Figures of a running stack, printed; `deploy/bench` asks for them. They judge nothing: machines differ.
@Suite(.serialized, .enabled(if: Bench.address != nil, "deploy/bench runs these against a running stack"))
struct Benchmarks {
  @Test("CPU of the home page, summed over every process in the path, at 1 and 32 at once")
  func home() async throws {
    let bench = try Bench.required()
    let viewer = try await bench.viewer(0)
    let path = "/v1/profiles/\(viewer.profile)/home"
    let page = try await viewer.client.get(path)
    let cards = page.json["rows"].items.map { $0["cards"].items.count }.reduce(0, +)
    bench.print("home: \(page.json["rows"].items.count) rows, \(cards) cards, \(page.body.count) bytes")
    for concurrency in [1, 32] {
      try await bench.measure("home, \(concurrency) at once", concurrency) { _ in
        try await viewer.client.get(path).status == 200
      }
    }
    for concurrency in [1, 32] {
      try await bench.measure("the gateway's floor (/livez), \(concurrency) at once", concurrency) { _ in
        try await viewer.client.get("/livez").status == 200
      }
    }
  }

  @Test("Durable heartbeats with 64 clients at once, through the gateway and through playback alone")
  func heartbeats() async throws {
    let bench = try Bench.required()
    var sessions: [(viewer: Viewer, id: String)] = []
    for number in 0..<16 {
      let viewer = try await bench.viewer(number)
      for _ in 0..<4 { sessions.append((viewer, try await bench.openSession(viewer))) }
    }
    let opened = sessions
    try await bench.measure("heartbeats through the gateway, 64 at once", 64) { worker in
      let session = opened[worker]
      return try await session.viewer.client.post(
        "/v1/playback-sessions/\(session.id)/heartbeats", json: #"{"positionSeconds":2,"state":"playing"}"#
      ).status == 200
    }

    let keys = try StackKeys(home: bench.home)
    let mint = InternalTokenMint(keys: keys, clock: .system)
    let playback = CurlTransport(
      loop: CurlLoop(), upstream: "playback", baseURL: bench.playbackAddress,
      credential: { mint.token(for: $0, audience: "playback") })
    var accounts: [AccountID] = []
    for number in 0..<16 {
      let account = try await bench.viewer(number).client.get("/v1/account")
      accounts.append(try #require(account.json["id"].text.flatMap { AccountID($0) }))
    }
    let owners = accounts
    try await bench.measure("heartbeats through playback alone, 64 at once", 64) { worker in
      guard let session = PlaybackSessionID(opened[worker].id) else { return false }
      let answer = try await playback.call(
        PlaybackEndpoints.heartbeat, SessionPath(session: session),
        body: Heartbeat(positionSeconds: 2, state: .playing),
        in: CallContext(
          principal: Principal(role: .viewer, account: owners[worker / 4]), deadline: .after(.seconds(5))))
      return answer.action == .continue
    }
    for session in opened { _ = try await session.viewer.client.send(.delete, "/v1/playback-sessions/\(session.id)") }
  }
}

/// The stack that is measured.
struct Bench: Sendable {
  static var address: String? { ProcessInfo.processInfo.environment["MATINEE_BENCH_ADDRESS"] }

  let address: String
  let home: String
  let playbackAddress: String
  let seconds: Double

  static func required() throws -> Bench {
    let environment = ProcessInfo.processInfo.environment
    let address = try #require(Self.address)
    try #require(address.hasPrefix("http://127.0.0.1:") || address.hasPrefix("http://localhost:"))
    return Bench(
      address: address, home: try #require(environment["MATINEE_BENCH_HOME"]),
      playbackAddress: try #require(environment["MATINEE_BENCH_PLAYBACK"]),
      seconds: environment["MATINEE_BENCH_SECONDS"].flatMap { Double($0) } ?? 5)
  }

  func viewer(_ number: Int) async throws -> Viewer {
    try await Viewer.known(as: "bench-\(number)@example.test", at: address)
  }

  func openSession(_ viewer: Viewer) async throws -> String {
    let page = try await viewer.client.get("/v1/profiles/\(viewer.profile)/home")
    let cards = page.json["rows"].items.flatMap { $0["cards"].items }
    let title = try #require(cards.first { $0["playable"].bool == true }?["titleId"].text, "a playable title")
    let opened = try await viewer.client.post(
      "/v1/profiles/\(viewer.profile)/playback-sessions", json: #"{"titleId":"\#(title)","device":{"kind":"web"}}"#)
    guard let id = opened.json["id"].text else { throw UnexpectedAnswer(opened) }
    return id
  }

  /// Three runs; the one with the median cost is printed.
  func measure(
    _ name: String, _ concurrency: Int, _ call: @escaping @Sendable (Int) async throws -> Bool
  ) async throws {
    let port = try #require(URL(string: address)?.port)
    let pids = ProcessUsage.stack(servingPort: port)
    try #require(!pids.isEmpty, "the processes of the stack are on this machine")
    var results: [ClosedLoop.Result] = []
    for _ in 0..<3 {
      results.append(await ClosedLoop(concurrency: concurrency, seconds: seconds).run(pids, call))
    }
    results.sort { $0.totalMicroseconds < $1.totalMicroseconds }
    let median = results[1]
    let parts = median.microseconds.filter { $0.value >= 1 }.sorted { $0.value > $1.value }
      .map { "\($0.process) \(Int($0.value))" }.joined(separator: ", ")
    print(
      "\(name): \(Int(median.totalMicroseconds)) CPU µs each (\(parts)); \(Int(median.perSecond))/s, "
        + "\(results.map(\.failures).reduce(0, +)) failures")
    #expect(median.requests > 0)
  }

  func print(_ line: String) {
    FileHandle.standardOutput.write(Data("  \(line)\n".utf8))
  }
}
