/// On whose behalf a request is made, as every service hears it from the gateway.
package struct Principal: Sendable, Hashable {
  package enum Role: String, Sendable, Codable, CaseIterable {
    /// Nobody is signed in.
    case anonymous
    case viewer
    /// Runs the studio.
    case `operator`
    /// Another service of the stack, on its own behalf.
    case service
  }

  package var role: Role
  package var account: AccountID?
  package var loginSession: LoginSessionID?
  /// The profile the request's path names, after the gateway has checked that it is the account's. Where the path names
  /// none, the only one that the caller may see: a kids' profile that the log-in session is bound to.
  package var profile: ProfileID?
  /// The profile's maturity limit.
  package var maturityLimit: MaturityRating?
  /// The account's country, as its access token has it; absent in older tokens.
  package var territory: Territory?
  /// The calling service's name, where the role is `service`.
  package var service: String?

  package init(
    role: Role, account: AccountID? = nil, loginSession: LoginSessionID? = nil, profile: ProfileID? = nil,
    maturityLimit: MaturityRating? = nil, territory: Territory? = nil, service: String? = nil
  ) {
    self.role = role
    self.account = account
    self.loginSession = loginSession
    self.profile = profile
    self.maturityLimit = maturityLimit
    self.territory = territory
    self.service = service
  }

  package static let anonymous = Principal(role: .anonymous)

  package static func service(_ name: String) -> Principal {
    Principal(role: .service, service: name)
  }
}

/// From which age a title is suitable.
package enum MaturityRating: String, Codable, Sendable, CaseIterable, Comparable {
  case all
  case seven = "7"
  case twelve = "12"
  case sixteen = "16"
  case eighteen = "18"

  /// The age in years.
  package var minimumAge: Int {
    switch self {
    case .all: 0
    case .seven: 7
    case .twelve: 12
    case .sixteen: 16
    case .eighteen: 18
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.minimumAge < right.minimumAge }
}
