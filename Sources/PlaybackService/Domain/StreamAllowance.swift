package import AccountsAPI

/// How many streams an account may play at once.
package struct StreamAllowance: Sendable {
  let byDefault: Int
  let basic: Int
  let standard: Int
  let premium: Int

  package init(_ settings: PlaybackSettings) {
    byDefault = settings.streamsByDefault
    basic = settings.streamsOfBasic
    standard = settings.streamsOfStandard
    premium = settings.streamsOfPremium
  }

  /// `plan` is nil where accounts has not told us yet.
  package func streams(of plan: Plan?) -> Int {
    switch plan {
    case .basic: basic
    case .standard: standard
    case .premium: premium
    case nil: byDefault
    }
  }
}
