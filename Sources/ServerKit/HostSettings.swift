import ConfigKit

/// Every bound of the HTTP server, the same for all services of a process but for the port.
struct HostSettings: Sendable {
  /// Address that is listened on. Setting `HOST`.
  let host: String
  /// Port that is listened on; 0 picks a free one. Setting `<SERVICE>_PORT`.
  let port: Int
  /// Time a call has where its caller does not say. Setting `DEADLINE_MILLISECONDS`.
  let deadline: Duration
  /// Longest time a caller may ask for with `x-deadline-ms`. Setting `DEADLINE_LIMIT_MILLISECONDS`.
  let deadlineLimitMilliseconds: Int
  /// Requests answered at once; more get 503. Setting `REQUESTS_IN_FLIGHT`.
  let requestsInFlight: Int
  /// Connections at once; more wait to be accepted. Setting `CONNECTIONS`.
  let connections: Int
  /// Requests slower than this are logged. Setting `SLOW_REQUEST_MILLISECONDS`.
  let slowMilliseconds: Int
  /// How long `/readyz` says no before new connections are refused. Setting `DRAIN_DELAY_MILLISECONDS`.
  let drainDelay: Duration
  /// Longest wait for requests in flight when told to stop. Setting `DRAIN_SECONDS`.
  let drain: Duration
  let connection: ConnectionLimits

  init(_ reader: SettingsReader, service: String) throws(SettingsError) {
    host = try reader.text("HOST", default: "127.0.0.1")
    port = try reader.integer(
      "\(service.uppercased())_PORT", default: DefaultPorts.all[service] ?? 0, in: 0...65535)
    deadline = .milliseconds(try reader.integer("DEADLINE_MILLISECONDS", default: 2000, in: 10...600_000))
    deadlineLimitMilliseconds = try reader.integer(
      "DEADLINE_LIMIT_MILLISECONDS", default: 60_000, in: 10...600_000)
    requestsInFlight = try reader.integer("REQUESTS_IN_FLIGHT", default: 4096, in: 1...1_000_000)
    connections = try reader.integer("CONNECTIONS", default: 8192, in: 1...1_000_000)
    slowMilliseconds = try reader.integer("SLOW_REQUEST_MILLISECONDS", default: 1000, in: 1...600_000)
    drainDelay = .milliseconds(try reader.integer("DRAIN_DELAY_MILLISECONDS", default: 0, in: 0...60_000))
    drain = .milliseconds(Int(1000 * (try reader.double("DRAIN_SECONDS", default: 10, in: 0.1...600))))
    connection = try ConnectionLimits(reader)
  }
}

/// What one connection may cost.
struct ConnectionLimits: Sendable {
  /// A request's head must have come within this. Setting `HEADER_SECONDS`.
  let headerSeconds: Double
  /// A connection without a request is closed after this. Setting `IDLE_SECONDS`.
  let idleSeconds: Double
  /// A body must come at least this fast, while we wait for it. Setting `BODY_BYTES_PER_SECOND`.
  let bodyBytesPerSecond: Double
  /// A client that takes nothing of its answer for this long is cut off. Setting `STALL_SECONDS`.
  let stallSeconds: Double
  /// Between two looks at a connection, in milliseconds.
  let tickMilliseconds: Int

  init(_ reader: SettingsReader) throws(SettingsError) {
    headerSeconds = try reader.double("HEADER_SECONDS", default: 10, in: 0.1...600)
    idleSeconds = try reader.double("IDLE_SECONDS", default: 75, in: 0.1...3600)
    bodyBytesPerSecond = try reader.double("BODY_BYTES_PER_SECOND", default: 1024, in: 0...1e9)
    stallSeconds = try reader.double("STALL_SECONDS", default: 60, in: 0.1...3600)
    tickMilliseconds = max(20, min(2000, Int(min(headerSeconds, idleSeconds, stallSeconds) * 200)))
  }
}
