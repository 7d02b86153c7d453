import Contract

extension JSONText {
  /// The end of every composed page: which services it had to do without.
  static func appendDegraded(_ services: [String], to json: inout [UInt8]) {
    json += #","degraded":["#.utf8
    json += services.map { "\"\($0)\"" }.joined(separator: ",").utf8
    json += "]}".utf8
  }
}
