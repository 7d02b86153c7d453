/// Every bound of the HTTP client, named once.
package struct ClientSettings: Sendable {
  /// Connections to one upstream that carry collected calls; more calls wait their turn. 1...1024.
  package var connectionsPerUpstream = 64
  /// Connections to one upstream that carry streams, apart from the others so that slow readers block no call.
  package var streamsPerUpstream = 512
  /// Calls that may wait for a connection to one upstream; one more is refused.
  package var waitingPerUpstream = 4096
  /// To open a connection, in milliseconds.
  package var connectTimeoutMilliseconds = 1000
  /// The largest collected body, in bytes.
  package var bodyLimitBytes = 16 * 1024 * 1024
  /// All header lines of one answer, in bytes.
  package var headLimitBytes = 64 * 1024
  /// Received and not yet taken by the reader of a stream, or given and not yet sent of an upload, in bytes.
  package var streamBufferBytes = 1024 * 1024
  /// A stream on which nothing moves for this long fails; time in which our own side is the slow one is not counted.
  package var stallTimeout = Duration.seconds(30)

  package init() {}
}
