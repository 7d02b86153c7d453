package import Contract
package import NIOCore

/// What is sent back.
package struct Answer: Sendable {
  package enum Body: Sendable {
    case none
    case bytes(ByteBuffer)
    /// Sent as it is produced, with back-pressure; without a length it travels in chunks. A stream without an end
    /// (server-sent events) should end itself on graceful shutdown, `cancelOnGracefulShutdown()`.
    case stream(length: Int?, any AsyncSequence<ByteBuffer, any Error> & Sendable)
  }

  package var status: Int
  /// Content-Length, Date and X-Request-Id are added.
  package var headers: [(name: String, value: String)]
  package var body: Body

  package init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .none) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// Ready-made JSON.
  package static func json(_ bytes: [UInt8], status: Int = 200) -> Answer {
    json(ByteBuffer(bytes: bytes), status: status)
  }

  /// Ready-made JSON.
  package static func json(_ bytes: ByteBuffer, status: Int = 200) -> Answer {
    Answer(status: status, headers: [("content-type", "application/json")], body: .bytes(bytes))
  }

  /// Text of another kind, in UTF-8.
  package static func text(_ text: String, contentType: String, status: Int = 200) -> Answer {
    Answer(status: status, headers: [("content-type", contentType)], body: .bytes(ByteBuffer(string: text)))
  }

  /// RFC 9457.
  package static func problem(_ problem: Problem) -> Answer {
    var headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
    if let seconds = problem.retryAfterSeconds { headers.append(("retry-after", "\(seconds)")) }
    if let limit = problem.rateLimit { headers += limit.headers }
    let bytes = (try? JSON.encode(problem)) ?? []
    return Answer(status: problem.status, headers: headers, body: .bytes(ByteBuffer(bytes: bytes)))
  }
}
