import AccountsAPI
import Contract
import Foundation

/// The plans as data: what each gives and costs, read once at start.
struct PlanCatalogue: Sendable {
  static let fileMaximumBytes = 64 * 1024
  static let streamsBounds = 1...100
  static let maxHeightBounds = MediaLayout.lowestHeightCap...8640
  static let profilesBounds = 1...50
  static let priceBounds = 0...1_000_000_000

  /// The smallest first: in the order of ``Plan``.
  let offers: [PlanOffer]

  func entitlements(of plan: Plan) -> Entitlements {
    offers[Plan.allCases.firstIndex(of: plan) ?? 0].entitlements
  }

  /// From the file at `path`; from the one that comes with the program where `path` is empty. Throws
  /// ``PlansFileError``: the service does not start.
  static func load(_ path: String) throws -> PlanCatalogue {
    let bundled = Bundle.module.bundlePath + "/Resources/plans.json"
    let path = path.isEmpty ? bundled : path
    guard let data = FileManager.default.contents(atPath: path), data.count <= fileMaximumBytes else {
      throw PlansFileError(path: path, reason: "it cannot be read or is over \(fileMaximumBytes) bytes")
    }
    do {
      return try PlanCatalogue(JSON.decodeStrictly([PlanOffer].self, from: Array(data)))
    } catch let problem as Problem {
      throw PlansFileError(path: path, reason: problem.detail)
    } catch let value as UnacceptableValue {
      throw PlansFileError(path: path, reason: value.message)
    }
  }

  /// Each plan once, within bounds. Throws ``UnacceptableValue`` naming plan and field.
  init(_ offers: [PlanOffer]) throws(UnacceptableValue) {
    var ordered: [PlanOffer] = []
    for plan in Plan.allCases {
      let found = offers.filter { $0.plan == plan }
      guard let offer = found.first, found.count == 1 else {
        throw UnacceptableValue("\(plan.rawValue) is there \(found.count) times, not once")
      }
      try Self.check(offer.streams, "streams", of: plan, in: Self.streamsBounds)
      try Self.check(offer.maxHeight, "maxHeight", of: plan, in: Self.maxHeightBounds)
      try Self.check(offer.profiles, "profiles", of: plan, in: Self.profilesBounds)
      try Self.check(offer.priceMinorUnits, "priceMinorUnits", of: plan, in: Self.priceBounds)
      guard offer.currency.utf8.count == 3, offer.currency.utf8.allSatisfy({ (65...90).contains($0) }) else {
        throw UnacceptableValue("\(plan.rawValue): currency must be three capital letters (ISO 4217)")
      }
      ordered.append(offer)
    }
    self.offers = ordered
  }

  private static func check(
    _ value: Int, _ field: String, of plan: Plan, in bounds: ClosedRange<Int>
  ) throws(UnacceptableValue) {
    guard bounds.contains(value) else {
      throw UnacceptableValue("\(plan.rawValue): \(field) must be \(bounds.lowerBound) to \(bounds.upperBound)")
    }
  }
}

/// The file of plans is of no use; the text is for the machine's operator.
struct PlansFileError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "MATINEE_ACCOUNTS_PLANS_FILE \(path): \(reason)" }
}
