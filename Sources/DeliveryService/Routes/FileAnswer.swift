import Contract
import NIOCore
package import ServerKit

/// A file as an HTTP answer: validators, ranges and headers (RFC 9110 sections 8.8, 13 and 14).
package struct FileAnswer: Sendable {
  let file: OpenMediaFile
  let type: MediaType
  let cacheControl: String
  let chunkBytes: Int
  /// Asked before each chunk of a long answer.
  let check: @Sendable () throws -> Void

  package init(
    file: OpenMediaFile, type: MediaType, cacheControl: String, chunkBytes: Int,
    check: @escaping @Sendable () throws -> Void
  ) {
    self.file = file
    self.type = type
    self.cacheControl = cacheControl
    self.chunkBytes = chunkBytes
    self.check = check
  }

  package func answer(to request: RequestInfo) async throws -> Answer {
    if let names = request.header("if-none-match"), file.tag.isNamed(in: names) {
      return Answer(status: 304, headers: commonHeaders, body: .none)
    }
    let length = file.lengthBytes
    switch range(of: request) {
    case .unsatisfiable:
      let headers = commonHeaders + [("content-range", "bytes */\(length)")]
      return Answer(status: 416, headers: headers, body: .none)
    case .part(let range):
      let headers =
        commonHeaders + [
          ("content-type", type.contentType),
          ("content-range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"),
        ]
      return Answer(status: 206, headers: headers, body: try await body(range))
    case .whole:
      let headers = commonHeaders + [("content-type", type.contentType)]
      guard request.method != .head else {
        return Answer(status: 200, headers: headers + [("content-length", "\(length)")], body: .none)
      }
      return Answer(status: 200, headers: headers, body: try await body(0..<length))
    }
  }

  /// `Range` is defined for GET alone, and only counts where `If-Range` still holds.
  private func range(of request: RequestInfo) -> ByteRange {
    guard request.method == .get else { return .whole }
    if let validator = request.header("if-range"), !file.tag.satisfies(ifRange: validator) { return .whole }
    return ByteRange(header: request.header("range"), fileLength: file.lengthBytes)
  }

  /// What fits one chunk and is in memory goes out at once.
  private func body(_ range: Range<Int>) async throws -> Answer.Body {
    if range.isEmpty { return .none }
    guard range.count <= chunkBytes else { return stream(range) }
    let chunk = try await file.chunk(range)
    return chunk.readableBytes == range.count ? .bytes(chunk) : stream(range)
  }

  private func stream(_ range: Range<Int>) -> Answer.Body {
    .stream(length: range.count, FileBytes(file, range: range, chunkBytes: chunkBytes, check: check))
  }

  private var commonHeaders: [(name: String, value: String)] {
    Self.fixedHeaders + [("cache-control", cacheControl), ("etag", file.tag.description)]
  }

  private static let fixedHeaders = [("accept-ranges", "bytes")] + sharedHeaders

  /// Players on other origins may read ranges: the address itself is the right to.
  static let sharedHeaders: [(name: String, value: String)] = [
    ("access-control-allow-origin", "*"),
    ("access-control-expose-headers", "Content-Length, Content-Range, Accept-Ranges, ETag"),
    ("cross-origin-resource-policy", "cross-origin"),
    ("x-content-type-options", "nosniff"),
  ]
}
