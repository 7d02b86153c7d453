import Contract
import NIOCore
package import ServerKit

/// A manifest without the renditions that a session may not see, as an HTTP answer: another text than the file's, so
/// it has a validator of its own and no ranges.
package struct CappedManifest: Sendable {
  /// A longer one is no manifest of ours.
  package static let lengthLimitBytes = 8 * 1024 * 1024

  let file: OpenMediaFile
  let type: MediaType
  let kind: HeightCap.Manifest
  let cap: HeightCap
  let cacheControl: String

  package func answer(to request: RequestInfo) async throws -> Answer {
    let tag = file.tag.variant("h\(cap.maxHeight)")
    let headers =
      FileAnswer.sharedHeaders + [("accept-ranges", "none"), ("cache-control", cacheControl), ("etag", tag.description)]
    if let names = request.header("if-none-match"), tag.isNamed(in: names) {
      return Answer(status: 304, headers: headers, body: .none)
    }
    let text = cap.filtered(String(decoding: try await content(), as: UTF8.self), kind)
    let typed = headers + [("content-type", type.contentType)]
    guard request.method != .head else {
      return Answer(status: 200, headers: typed + [("content-length", "\(text.utf8.count)")], body: .none)
    }
    return Answer(status: 200, headers: typed, body: .bytes(ByteBuffer(string: text)))
  }

  private func content() async throws -> [UInt8] {
    guard file.lengthBytes <= Self.lengthLimitBytes else { throw DeliveryError.manifestTooLong }
    var bytes: [UInt8] = []
    while bytes.count < file.lengthBytes {
      bytes += Array(buffer: try await file.chunk(bytes.count..<file.lengthBytes))
    }
    return bytes
  }
}
