import Contract
import Foundation
import NIOHTTP1
import Synchronization

/// The headers that the server itself reads, found in one pass.
struct RequestFields {
  var traceparent: String?
  var requestID: String?
  var idempotencyKey: String?
  var deadlineMilliseconds: Int?
  var contentType: String?
  var contentLength: Int?
  var mayHaveBody = false
  var expectsContinue = false
  var asksToClose = false
  /// What is wrong with them.
  var problem: Problem?

  private static let requestIDLimit = 128
  private static let idempotencyKeyLimit = 255

  init(_ headers: HTTPHeaders) {
    for (name, value) in headers {
      // Most headers differ in length: comparing that first leaves one comparison of text for few of them.
      switch name.utf8.count {
      case 6 where name.isHeader("expect"): expectsContinue = value.lowercased() == "100-continue"
      case 10 where name.isHeader("connection"): asksToClose = value.lowercased() == "close"
      case 11 where name.isHeader("traceparent"): traceparent = value
      case 12 where name.isHeader("content-type"): contentType = value
      case 12 where name.isHeader("x-request-id"): requestID = Self.token(value, Self.requestIDLimit)
      case 13 where name.isHeader("x-deadline-ms"): readDeadline(value)
      case 14 where name.isHeader("content-length"):
        contentLength = Int(value)
        mayHaveBody = mayHaveBody || contentLength != 0
      case 15 where name.isHeader("idempotency-key"):
        idempotencyKey = Self.token(value, Self.idempotencyKeyLimit)
        if idempotencyKey == nil {
          problem = .badRequest(
            "must be 1 to \(Self.idempotencyKeyLimit) visible ASCII characters", field: "Idempotency-Key")
        }
      case 17 where name.isHeader("transfer-encoding"): mayHaveBody = true
      default: break
      }
    }
  }

  private mutating func readDeadline(_ value: String) {
    deadlineMilliseconds = Int(value).map { max(0, $0) }
    if deadlineMilliseconds == nil { problem = .badRequest("must be whole milliseconds", field: "X-Deadline-Ms") }
  }

  /// The value where it is visible ASCII within its limit: what may be echoed and logged.
  private static func token(_ value: String, _ limit: Int) -> String? {
    (1...limit).contains(value.utf8.count) && value.utf8.allSatisfy { $0 > 32 && $0 < 127 } ? value : nil
  }
}

extension String {
  /// Whether this header name, of the same length, is `lowercase` in any spelling.
  fileprivate func isHeader(_ lowercase: StaticString) -> Bool {
    var expected = lowercase.utf8Start
    for byte in utf8 {
      let folded = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
      if folded != expected.pointee { return false }
      expected += 1
    }
    return true
  }
}

enum HeaderText {
  /// Whether a header may be sent: nothing in it ends its line.
  static func isSafe(_ name: String, _ value: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 58 }
      && value.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 }
  }
}

enum MonotonicTime {
  static var nanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

/// The `Date` header, made once a second (RFC 9110 section 6.6.1).
final class DateHeader: Sendable {
  private let cache = Mutex<(second: Int, text: String)>((0, ""))

  var value: String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    let second = time.tv_sec
    return cache.withLock { cache in
      if cache.second != second { cache = (second, HTTPDate.text(second: second)) }
      return cache.text
    }
  }
}
