import CCurl
import Contract

/// Method, address and header lines of one request, in the form libcurl takes them. Owns the header list.
///
/// Built by the caller, then touched by the loop's thread only, which is why it may be sent without a lock.
final class RequestHead: @unchecked Sendable {
  let method: HTTPMethod
  let url: String
  /// Whether a second sending has no second effect.
  let isRepeatable: Bool
  private(set) var headers: UnsafeMutablePointer<curl_slist>?

  /// Names the transport writes itself, or that belong to one connection only (RFC 9110, 7.6.1).
  private static let ownNames: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
    "proxy-authorization", "proxy-connection", "traceparent", "x-deadline-ms", NetworkAddress.header,
  ]

  /// Nil where the target or a header cannot be sent as it is: a line break in either would forge a request.
  init?(_ request: TransportRequest, origin: String, credential: String?) {
    guard request.target.utf8.first == UInt8(ascii: "/"),
      !request.target.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F })
    else { return nil }
    method = request.method
    url = origin + request.target
    isRepeatable = request.context.idempotencyKey != nil || Self.isIdempotent(request.method)
    var sent: Set<String> = []
    // Without these three libcurl would add lines of its own, or wait a second for leave to send a large body.
    var lines = ["Expect:"]
    for (name, value) in request.headers where !Self.ownNames.contains(name) {
      if name == "authorization", credential != nil { continue }
      if name == "idempotency-key", request.context.idempotencyKey != nil { continue }
      guard let line = Self.line(name, value) else { return nil }
      lines.append(line)
      sent.insert(name)
    }
    if !sent.contains("content-type") { lines.append("Content-Type:") }
    if !sent.contains("accept") { lines.append("Accept:") }
    if let credential {
      guard let line = Self.line("authorization", "Internal " + credential) else { return nil }
      lines.append(line)
    }
    if let key = request.context.idempotencyKey {
      guard let line = Self.line("idempotency-key", key) else { return nil }
      lines.append(line)
    }
    if let address = request.context.clientAddress { lines.append("\(NetworkAddress.header): \(address)") }
    lines.append("traceparent: " + request.context.trace.child().traceparent)
    for line in lines { append(line) }
  }

  deinit { curl_slist_free_all(headers) }

  /// Adds the time left at the moment of sending, so that time spent waiting here is not given twice.
  func append(remainingMilliseconds: Int) {
    append("x-deadline-ms: \(remainingMilliseconds)")
  }

  private func append(_ line: String) {
    headers = curl_slist_append(headers, line) ?? headers
  }

  /// RFC 9110, 9.2.2.
  static func isIdempotent(_ method: HTTPMethod) -> Bool {
    switch method {
    case .get, .head, .put, .delete, .options: true
    case .post, .patch: false
    }
  }

  private static func line(_ name: String, _ value: String) -> String? {
    guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte),
      !value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F })
    else { return nil }
    // libcurl's spelling of an empty value; "name:" would leave the line out.
    return value.allSatisfy({ $0 == " " }) ? name + ";" : name + ": " + value
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
