import Contract
import NIOCore

/// A request on its way to its handler.
struct IncomingRequest: Sendable {
  let info: RequestInfo
  /// Those of the path, percent-decoded.
  let parameters: [(name: String, value: String)]
  /// After the `?`, as sent; nil without one.
  let query: Substring?
  let body: RequestBodyStream
  /// The whole body, where the route has a limit for it.
  let collected: ByteBuffer
  let contentType: String?

  /// The parameters of path and query. Throws a ``Problem`` that names one which is missing, malformed or unknown.
  func decodeParameters<Parameters: Decodable>(_ type: Parameters.Type) throws -> Parameters {
    var pairs = parameters
    if let query, !query.isEmpty {
      guard let more = PercentEncoding.query(query) else {
        throw Problem.badRequest("The query holds a malformed percent escape.")
      }
      pairs += more
    }
    if let empty = Empty() as? Parameters {
      if let pair = pairs.first { throw Problem.badRequest("is not a parameter of this request", field: pair.name) }
      return empty
    }
    return try ParameterDecoder.decode(type, from: pairs)
  }

  /// The JSON body, strictly read; of the type ``Empty``, no body but white space or `{}` is let through.
  func decodeBody<Body: Decodable>(_ type: Body.Type) throws -> Body {
    if let empty = Empty() as? Body {
      guard collected.readableBytesView.allSatisfy(Self.isNothing) else {
        throw Problem.badRequest("This request takes no body.")
      }
      return empty
    }
    if collected.readableBytes > 0 || contentType != nil { try requireJSON() }
    return try JSON.decodeStrictly(type, from: Array(buffer: collected))
  }

  private static func isNothing(_ byte: UInt8) -> Bool {
    switch byte {
    case 9, 10, 13, 32, UInt8(ascii: "{"), UInt8(ascii: "}"): true
    default: false
    }
  }

  private func requireJSON() throws(Problem) {
    let essence = (contentType ?? "").prefix { $0 != ";" }.trimmingSpaces.lowercased()
    guard essence == "application/json" else {
      throw Problem(
        "unsupported-media-type", status: 415, title: "Another content type is needed",
        detail: "The body must be sent as application/json.")
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var rest = self.drop { $0 == " " || $0 == "\t" }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return rest
  }
}
