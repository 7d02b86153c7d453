import Contract

/// Finds the route of a path: a tree of segments, in which a literal wins over a parameter and a parameter over a
/// remainder, whatever the order of registration.
struct RouteTable: Sendable {
  enum Match {
    case found(RouteEntry, parameters: [(name: String, value: String)])
    /// The path exists, for these methods.
    case wrongMethod(allowed: String)
    case none
    /// A percent escape in the path is malformed.
    case malformed
  }

  private struct Node: Sendable {
    var literals: [Substring: Int] = [:]
    var parameter: Int?
    /// Routes that end here, and routes that take all that is left of the path.
    var ending: [Contract.HTTPMethod: RouteEntry] = [:]
    var remainder: [Contract.HTTPMethod: RouteEntry] = [:]
  }

  private var nodes = [Node()]

  /// Longest path in segments; one with more has no route.
  static let segmentLimit = 64

  /// Throws ``RouteTableError`` where two routes cannot be told apart.
  init(_ entries: [RouteEntry]) throws(RouteTableError) {
    var names: Set<String> = []
    for entry in entries {
      let endpoint = entry.route.endpoint
      guard names.insert(endpoint.name).inserted else { throw .sameName(endpoint.name) }
      try insert(entry)
    }
  }

  private mutating func insert(_ entry: RouteEntry) throws(RouteTableError) {
    let endpoint = entry.route.endpoint
    var node = 0
    for segment in endpoint.path.segments {
      switch segment {
      case .literal(let text):
        node = child(of: node, \.literals[Substring(text)])
      case .parameter:
        node = child(of: node, \.parameter)
      case .remainder:
        if let other = nodes[node].remainder.updateValue(entry, forKey: endpoint.method) {
          throw .samePath(endpoint.name, other.route.endpoint.name)
        }
        return
      }
    }
    if let other = nodes[node].ending.updateValue(entry, forKey: endpoint.method) {
      throw .samePath(endpoint.name, other.route.endpoint.name)
    }
  }

  private mutating func child(of node: Int, _ slot: WritableKeyPath<Node, Int?>) -> Int {
    if let existing = nodes[node][keyPath: slot] { return existing }
    nodes.append(Node())
    nodes[node][keyPath: slot] = nodes.count - 1
    return nodes.count - 1
  }

  /// - Parameters:
  ///   - method: nil for one that no endpoint can have.
  ///   - path: percent-encoded, without the query.
  func match(_ method: Contract.HTTPMethod?, _ path: Substring) -> Match {
    guard path.utf8.first == UInt8(ascii: "/") else { return .none }
    let segments = path.dropFirst().split(
      separator: "/", maxSplits: Self.segmentLimit, omittingEmptySubsequences: false)
    guard segments.count <= Self.segmentLimit else { return .none }
    let isRoot = segments.count == 1 && segments[0].isEmpty
    guard let end = find(isRoot ? [] : segments[...], at: 0) else { return .none }
    let routes = end.isRemainder ? nodes[end.node].remainder : nodes[end.node].ending
    guard let method, let entry = routes[method] ?? (method == .head ? routes[.get] : nil) else {
      return .wrongMethod(allowed: Self.allowed(routes))
    }
    return Self.bind(entry, segments)
  }

  private func find(_ segments: ArraySlice<Substring>, at index: Int) -> (node: Int, isRemainder: Bool)? {
    let node = nodes[index]
    guard let segment = segments.first else { return node.ending.isEmpty ? nil : (index, false) }
    if let literal = node.literals[segment], let found = find(segments.dropFirst(), at: literal) { return found }
    if let parameter = node.parameter, !segment.isEmpty, let found = find(segments.dropFirst(), at: parameter) {
      return found
    }
    return node.remainder.isEmpty ? nil : (index, true)
  }

  private static func bind(_ entry: RouteEntry, _ segments: [Substring]) -> Match {
    guard entry.hasParameters else { return .found(entry, parameters: []) }
    var parameters: [(name: String, value: String)] = []
    for (index, segment) in entry.segments.enumerated() {
      switch segment {
      case .literal: continue
      case .parameter(let name):
        guard let value = PercentEncoding.decode(segments[index]) else { return .malformed }
        parameters.append((name, value))
      case .remainder(let name):
        guard let value = remainder(segments[index...]) else { return .malformed }
        parameters.append((name, value))
      }
    }
    return .found(entry, parameters: parameters)
  }

  /// The decoded rest of a path; nil where a segment is malformed, empty, or could lead out of its folder.
  private static func remainder(_ segments: ArraySlice<Substring>) -> String? {
    var text = ""
    for segment in segments {
      guard let decoded = PercentEncoding.decode(segment), !decoded.isEmpty, decoded != ".", decoded != "..",
        !decoded.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") || $0 < 32 })
      else { return nil }
      if !text.isEmpty { text += "/" }
      text += decoded
    }
    return text
  }

  private static func allowed(_ routes: [Contract.HTTPMethod: RouteEntry]) -> String {
    var methods = Set(routes.keys)
    if methods.contains(.get) { methods.insert(.head) }
    return Contract.HTTPMethod.allCases.filter(methods.contains).map(\.rawValue).joined(separator: ", ")
  }
}

/// A programming error, found when the service starts.
enum RouteTableError: Error, CustomStringConvertible {
  case samePath(String, String)
  case sameName(String)

  var description: String {
    switch self {
    case .samePath(let one, let other): "endpoints \(one) and \(other) have the same method and path"
    case .sameName(let name): "two endpoints are named \(name)"
    }
  }
}

/// A route and what is counted of it.
final class RouteEntry: Sendable {
  let route: Routes.Route
  let segments: [PathTemplate.Segment]
  let hasParameters: Bool
  let telemetry: EndpointTelemetry

  init(_ route: Routes.Route, telemetry: EndpointTelemetry) {
    self.route = route
    self.telemetry = telemetry
    segments = route.endpoint.path.segments
    hasParameters = !route.endpoint.path.parameterNames.isEmpty
  }
}
