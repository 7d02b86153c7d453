import Foundation

/// What is asked of a load run; from `MATINEE_LOAD_*`, which `deploy/load` sets from its flags.
struct LoadSettings: Sendable {
  /// Address of the gateway; loopback only.
  var address: URL
  /// Seconds during which journeys begin: 1…3600.
  var seconds: Double
  /// Journeys begun per second: 0.1…10,000.
  var rate: Double
  /// Shares of the journeys, by name.
  var mix: [Journey: Double]
  /// Journeys under way at once; one that is due beyond it is counted as refused, not queued out of sight.
  var inFlightLimit = 2000
  /// Where the report goes as JSON.
  var reportPath: String?

  static let defaultMix: [Journey: Double] = [.browse: 60, .search: 10, .play: 10, .heartbeat: 20]

  init(address: URL, seconds: Double, rate: Double, mix: [Journey: Double] = defaultMix) throws {
    guard let host = address.host(), ["127.0.0.1", "localhost", "::1"].contains(host), address.scheme == "http" else {
      throw LoadSettingsError(name: "address", rule: "must be http:// on the loopback interface")
    }
    guard (1...3600).contains(seconds) else { throw LoadSettingsError(name: "seconds", rule: "must be 1…3600") }
    guard (0.1...10_000).contains(rate) else { throw LoadSettingsError(name: "rate", rule: "must be 0.1…10000") }
    guard mix.values.allSatisfy({ $0 >= 0 }), mix.values.reduce(0, +) > 0 else {
      throw LoadSettingsError(name: "mix", rule: "must have a share above 0")
    }
    self.address = address
    self.seconds = seconds
    self.rate = rate
    self.mix = mix
  }

  /// The settings of the environment; nil where no address is given and so no load is asked for.
  static func fromEnvironment(_ environment: [String: String] = ProcessInfo.processInfo.environment) throws
    -> LoadSettings?
  {
    guard let text = environment["MATINEE_LOAD_ADDRESS"] else { return nil }
    guard let address = URL(string: text) else { throw LoadSettingsError(name: "address", rule: "must be an address") }
    func number(_ name: String, default value: Double) throws -> Double {
      guard let text = environment["MATINEE_LOAD_\(name.uppercased())"] else { return value }
      guard let number = Double(text) else { throw LoadSettingsError(name: name, rule: "must be a number") }
      return number
    }
    var settings = try LoadSettings(
      address: address, seconds: number("seconds", default: 20), rate: number("rate", default: 50),
      mix: try environment["MATINEE_LOAD_MIX"].map(mix) ?? defaultMix)
    settings.reportPath = environment["MATINEE_LOAD_JSON"]
    return settings
  }

  /// `browse=60,play=10`
  static func mix(_ text: String) throws -> [Journey: Double] {
    var mix: [Journey: Double] = [:]
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=")
      guard sides.count == 2, let journey = Journey(rawValue: String(sides[0])), let share = Double(sides[1]) else {
        let names = Journey.allCases.map(\.rawValue).joined(separator: ", ")
        throw LoadSettingsError(name: "mix", rule: "is like browse=60,play=10; the journeys are \(names)")
      }
      mix[journey] = share
    }
    return mix
  }
}

struct LoadSettingsError: Error, CustomStringConvertible {
  let name: String
  let rule: String
  var description: String { "\(name) \(rule)" }
}

enum Journey: String, CaseIterable, Sendable {
  /// Home, then a title page.
  case browse
  /// A word typed letter by letter.
  case search
  /// Start, manifests, the first segments of picture and sound, heartbeats, stop.
  case play
  /// One heartbeat of a session that is already playing.
  case heartbeat
}
