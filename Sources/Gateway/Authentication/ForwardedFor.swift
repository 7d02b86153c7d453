import Contract

/// Reads `x-forwarded-for` behind proxies of our own.
enum ForwardedFor {
  /// The client's address: each of `trustedProxies` has added, at the end, the address it was called from. What stands
  /// before those entries is the client's own claim and is not read. Where an entry is missing or is no address, the
  /// nearest that is known counts.
  static func client(peer: String?, hops: String, trustedProxies: Int) -> NetworkAddress? {
    var known = peer.flatMap { NetworkAddress($0) }
    var rest = Substring(hops)
    for _ in 0..<trustedProxies {
      let comma = rest.lastIndex(of: ",")
      guard let address = address(comma.map { rest[rest.index(after: $0)...] } ?? rest) else { break }
      known = address
      guard let comma else { break }
      rest = rest[..<comma]
    }
    return known
  }

  /// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7`, `[2001:db8::7]:4711`.
  private static func address(_ entry: Substring) -> NetworkAddress? {
    let text = entry.filter { $0 != " " && $0 != "\t" }
    guard text.utf8.count <= 64 else { return nil }
    if text.hasPrefix("["), let end = text.lastIndex(of: "]") {
      return NetworkAddress(String(text[text.index(after: text.startIndex)..<end]))
    }
    if let address = NetworkAddress(text) { return address }
    return NetworkAddress(String(text.prefix { $0 != ":" }))
  }
}
