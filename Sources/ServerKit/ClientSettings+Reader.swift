package import ClientKit
package import ConfigKit

extension ClientSettings {
  /// The bounds of calls to other services.
  package init(_ reader: SettingsReader) throws(SettingsError) {
    self.init()
    // Connections for calls to one service; more calls wait.
    connectionsPerUpstream = try reader.integer("CLIENT_CONNECTIONS", default: connectionsPerUpstream, in: 1...1024)
    // Connections for streams to one service.
    streamsPerUpstream = try reader.integer("CLIENT_STREAMS", default: streamsPerUpstream, in: 1...8192)
    // Calls that may wait for a connection to one service.
    waitingPerUpstream = try reader.integer("CLIENT_WAITING", default: waitingPerUpstream, in: 0...1_000_000)
    connectTimeoutMilliseconds = try reader.integer(
      "CLIENT_CONNECT_TIMEOUT_MS", default: connectTimeoutMilliseconds, in: 10...60_000)
    bodyLimitBytes = try reader.integer(
      "CLIENT_BODY_LIMIT_BYTES", default: bodyLimitBytes, in: 1024...1_073_741_824)
    // Without a byte either way, while our own side is ready.
    stallTimeout = .seconds(try reader.integer("CLIENT_STALL_SECONDS", default: 30, in: 1...3600))
  }
}
