import Contract
import ServerKit

extension Answer {
  /// JSON that no cache may keep, as RFC 6749 section 5.1 asks of answers with tokens.
  static func uncached(_ value: some Encodable, status: Int) throws -> Answer {
    var answer = Answer.json(try JSON.encode(value), status: status)
    answer.headers.append(("cache-control", "no-store"))
    return answer
  }
}
