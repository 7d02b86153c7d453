package enum HTTPMethod: String, Sendable, Codable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"

  /// Asked for what it tells, not for what it does (RFC 9110 section 9.2.1).
  package var isSafe: Bool { self == .get || self == .head || self == .options }
}

/// One call a service answers. The same value registers the route and makes the call, so a path is spelled once.
///
/// `Parameters` is a flat `Codable` struct: fields named in the path template travel in the path, the others in
/// the query. `Body` is the JSON body; ``Empty`` where there is none. An ``Empty`` `Output` is answered with 204.
package struct Endpoint<Parameters, Body, Output>: Sendable, EndpointDescription
where Parameters: Codable & Sendable, Body: Codable & Sendable, Output: Codable & Sendable {
  /// Unique, `<service>.<verb or noun>`: the operation id, the metric label and the span name.
  package let name: String
  package let method: HTTPMethod
  package let path: PathTemplate
  package let access: Access
  /// The status of a success.
  package let status: Int
  /// One sentence for the API page.
  package let summary: String
  /// The largest body that is read, in bytes.
  package let bodyLimitBytes: Int

  package init(
    _ name: String, _ method: HTTPMethod, _ path: PathTemplate, access: Access, status: Int? = nil,
    bodyLimitBytes: Int = 64 * 1024, summary: String
  ) {
    self.name = name
    self.method = method
    self.path = path
    self.access = access
    self.status = status ?? (Output.self == Empty.self ? 204 : 200)
    self.bodyLimitBytes = bodyLimitBytes
    self.summary = summary
  }
}

/// Who may call an endpoint. Every call needs a valid internal token whatever this says; the token's role decides.
package enum Access: String, Sendable {
  /// Anyone, signed in or not, through the gateway.
  case open
  /// A signed-in account.
  case viewer
  /// An operator of the studio.
  case `operator`
  /// Other services of the stack only; the gateway never forwards it.
  case service

  package func admits(_ role: Principal.Role) -> Bool {
    switch self {
    case .open: true
    case .viewer: role == .viewer || role == .operator || role == .service
    case .operator: role == .operator || role == .service
    case .service: role == .service
    }
  }
}

/// What can be said of an endpoint without its types.
package protocol EndpointDescription: Sendable {
  var name: String { get }
  var method: HTTPMethod { get }
  var path: PathTemplate { get }
  var access: Access { get }
  var status: Int { get }
  var summary: String { get }
  var bodyLimitBytes: Int { get }
}

/// `/v1/profiles/{profile}/home`
package struct PathTemplate: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  package enum Segment: Sendable, Hashable {
    case literal(String)
    case parameter(String)
    /// `{name*}`, last in a template: all that is left of the path, slashes kept.
    case remainder(String)
  }

  package let description: String
  package let segments: [Segment]

  package init(_ text: String) {
    description = text
    segments = text.split(separator: "/").map { part in
      guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
      let name = part.dropFirst().dropLast()
      return name.hasSuffix("*") ? .remainder(String(name.dropLast())) : .parameter(String(name))
    }
  }

  package init(stringLiteral text: String) {
    self.init(text)
  }

  package var parameterNames: [String] {
    segments.compactMap { segment in
      switch segment {
      case .literal: nil
      case .parameter(let name), .remainder(let name): name
      }
    }
  }

  /// Path and query for `fields`: those the template names fill it, the rest become the query.
  package func expand(_ fields: [(name: String, value: String)]) -> String {
    var path = ""
    func value(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
    for segment in segments {
      path += "/"
      switch segment {
      case .literal(let text): path += text
      case .parameter(let name): path += PercentEncoding.encode(value(name))
      case .remainder(let name):
        path += value(name).split(separator: "/").map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
      }
    }
    let named = parameterNames
    let query = fields.filter { !named.contains($0.name) }
      .map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
    return query.isEmpty ? path : path + "?" + query.joined(separator: "&")
  }
}
