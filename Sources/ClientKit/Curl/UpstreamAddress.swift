import Contract

/// Where an upstream listens: `http://host:port`, or `unix:/path` of a socket.
package struct UpstreamAddress: Sendable, Hashable {
  /// Scheme, host and port: what a target is appended to.
  let origin: String
  /// The socket's file where the upstream listens on one.
  let socketPath: String?

  package init?(_ text: String) {
    if text.hasPrefix("unix:") {
      let path = String(text.dropFirst(5))
      guard path.hasPrefix("/"), path.utf8.count < 108 else { return nil }
      // libcurl keeps connections by host name: one made-up name for all sockets would mix the upstreams.
      origin = "http://socket-\(String(FNV1a.hash(path.utf8), radix: 16))"
      socketPath = path
    } else {
      var origin = text
      while origin.hasSuffix("/") { origin.removeLast() }
      guard origin.hasPrefix("http://"), origin.utf8.count > 7,
        !origin.dropFirst(7).utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F || "/?#@".utf8.contains($0) })
      else { return nil }
      self.origin = origin
      socketPath = nil
    }
  }
}
