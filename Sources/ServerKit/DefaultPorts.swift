/// Where each service of the stack listens unless `<SERVICE>_PORT` says otherwise, and where others look for it
/// unless `<SERVICE>_URL` does.
package enum DefaultPorts {
  package static let all: [String: Int] = [
    "gateway": 8080,
    "bus": 8100,
    "accounts": 8101,
    "catalog": 8102,
    "encoding": 8103,
    "playback": 8104,
    "recommendations": 8105,
    "delivery": 8106,
    "encoder": 8107,
  ]

  /// Whether a setting's name (without `MATINEE_`) is one that some service of the stack may read.
  package static func isServiceSetting(_ name: String) -> Bool {
    all.keys.contains { name.hasPrefix($0.uppercased() + "_") }
  }
}

package enum MatineeVersion {
  package static let current = "0.1.0"
}
