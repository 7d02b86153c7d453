package import Contract

package struct Account: Codable, Sendable, Hashable {
  package var id: AccountID
  package var email: String
  package var displayName: String
  /// ISO 3166-1 alpha-2, upper case.
  package var country: String
  package var plan: Plan
  package var role: AccountRole
  package var createdAt: Timestamp
  /// Whether `email` has been proved to be the owner's.
  package var emailVerified: Bool
  /// The address that takes the place of `email` once it is verified.
  package var pendingEmail: String?

  package init(
    id: AccountID, email: String, displayName: String, country: String, plan: Plan, role: AccountRole,
    createdAt: Timestamp, emailVerified: Bool = false, pendingEmail: String? = nil
  ) {
    self.id = id
    self.email = email
    self.displayName = displayName
    self.country = country
    self.plan = plan
    self.role = role
    self.createdAt = createdAt
    self.emailVerified = emailVerified
    self.pendingEmail = pendingEmail
  }
}

package enum AccountRole: String, Codable, Sendable, CaseIterable {
  case viewer
  case `operator`
}

package struct Profile: Codable, Sendable, Hashable {
  package var id: ProfileID
  package var accountId: AccountID
  package var name: String
  package var avatar: Avatar
  /// BCP 47 tag of the interface and the preferred sound.
  package var language: String
  package var maturityLimit: MaturityRating
  package var kids: Bool
  /// Whether a log-in session has to unlock it before anything else.
  package var hasPin: Bool
  /// Grows whenever the PIN is set or taken away: what was unlocked under another version is locked again.
  package var pinVersion: Int
  package var createdAt: Timestamp

  package init(
    id: ProfileID, accountId: AccountID, name: String, avatar: Avatar = .fox, language: String,
    maturityLimit: MaturityRating, kids: Bool, hasPin: Bool = false, pinVersion: Int = 0, createdAt: Timestamp
  ) {
    self.id = id
    self.accountId = accountId
    self.name = name
    self.avatar = avatar
    self.language = language
    self.maturityLimit = maturityLimit
    self.kids = kids
    self.hasPin = hasPin
    self.pinVersion = pinVersion
    self.createdAt = createdAt
  }

  /// Versions before avatars and PINs wrote neither; their answers are kept under idempotency keys.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    id = try fields.decode(ProfileID.self, forKey: .id)
    accountId = try fields.decode(AccountID.self, forKey: .accountId)
    name = try fields.decode(String.self, forKey: .name)
    avatar = try fields.decodeIfPresent(Avatar.self, forKey: .avatar) ?? .fox
    language = try fields.decode(String.self, forKey: .language)
    maturityLimit = try fields.decode(MaturityRating.self, forKey: .maturityLimit)
    kids = try fields.decode(Bool.self, forKey: .kids)
    hasPin = try fields.decodeIfPresent(Bool.self, forKey: .hasPin) ?? false
    pinVersion = try fields.decodeIfPresent(Int.self, forKey: .pinVersion) ?? 0
    createdAt = try fields.decode(Timestamp.self, forKey: .createdAt)
  }
}

// MARK: - Requests and answers

package struct SignUp: Codable, Sendable {
  package var email: String
  package var password: String
  package var displayName: String
  package var country: String
  package var plan: Plan

  package init(email: String, password: String, displayName: String, country: String, plan: Plan) {
    self.email = email
    self.password = password
    self.displayName = displayName
    self.country = country
    self.plan = plan
  }
}

package struct NewOperator: Codable, Sendable {
  package var email: String
  package var password: String
  package var displayName: String
  package var country: String

  package init(email: String, password: String, displayName: String, country: String) {
    self.email = email
    self.password = password
    self.displayName = displayName
    self.country = country
  }
}

package struct SignedUp: Codable, Sendable {
  package var account: Account
  package var accessToken: String
  package var expiresInSeconds: Int
  package var refreshToken: String

  package init(account: Account, accessToken: String, expiresInSeconds: Int, refreshToken: String) {
    self.account = account
    self.accessToken = accessToken
    self.expiresInSeconds = expiresInSeconds
    self.refreshToken = refreshToken
  }
}

package struct Device: Codable, Sendable, Hashable {
  package enum Kind: String, Codable, Sendable, CaseIterable { case web, phone, tablet, tv }

  package var name: String
  package var kind: Kind

  package init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

package struct LogIn: Codable, Sendable {
  package var email: String
  package var password: String
  package var device: Device

  package init(email: String, password: String, device: Device) {
    self.email = email
    self.password = password
    self.device = device
  }
}

package struct LoggedIn: Codable, Sendable {
  package var id: LoginSessionID
  package var account: Account
  package var profiles: [Profile]
  package var accessToken: String
  package var expiresInSeconds: Int
  package var refreshToken: String

  package init(
    id: LoginSessionID, account: Account, profiles: [Profile], accessToken: String, expiresInSeconds: Int,
    refreshToken: String
  ) {
    self.id = id
    self.account = account
    self.profiles = profiles
    self.accessToken = accessToken
    self.expiresInSeconds = expiresInSeconds
    self.refreshToken = refreshToken
  }
}

package struct Refresh: Codable, Sendable {
  package var refreshToken: String

  package init(refreshToken: String) {
    self.refreshToken = refreshToken
  }
}

package struct Refreshed: Codable, Sendable {
  package var accessToken: String
  package var expiresInSeconds: Int
  package var refreshToken: String

  package init(accessToken: String, expiresInSeconds: Int, refreshToken: String) {
    self.accessToken = accessToken
    self.expiresInSeconds = expiresInSeconds
    self.refreshToken = refreshToken
  }
}

/// A device that is signed in.
package struct LoginSession: Codable, Sendable, Hashable {
  package var id: LoginSessionID
  package var device: Device
  /// Where it was last used, coarsely: the address's network, `203.0.113.0/24` or `2001:db8:7::/48`.
  package var network: String?
  package var createdAt: Timestamp
  /// When its tokens were last refreshed.
  package var lastUsedAt: Timestamp
  /// Whether it is the one that asks.
  package var current: Bool

  package init(
    id: LoginSessionID, device: Device, network: String?, createdAt: Timestamp, lastUsedAt: Timestamp, current: Bool
  ) {
    self.id = id
    self.device = device
    self.network = network
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
    self.current = current
  }
}

package struct NewProfile: Codable, Sendable {
  package var name: String
  /// One that no other profile of the account has, where absent.
  package var avatar: Avatar?
  /// `en` where absent.
  package var language: String?
  /// Where absent 18, or 7 for kids.
  package var maturityLimit: MaturityRating?
  /// False where absent; kids see nothing above 7.
  package var kids: Bool?

  package init(
    name: String, avatar: Avatar? = nil, language: String? = nil, maturityLimit: MaturityRating? = nil,
    kids: Bool? = nil
  ) {
    self.name = name
    self.avatar = avatar
    self.language = language
    self.maturityLimit = maturityLimit
    self.kids = kids
  }
}

/// Fields that are absent stay as they are.
package struct ProfileChange: Codable, Sendable {
  package var name: String?
  package var avatar: Avatar?
  package var language: String?
  package var maturityLimit: MaturityRating?
  package var kids: Bool?

  package init(
    name: String? = nil, avatar: Avatar? = nil, language: String? = nil, maturityLimit: MaturityRating? = nil,
    kids: Bool? = nil
  ) {
    self.name = name
    self.avatar = avatar
    self.language = language
    self.maturityLimit = maturityLimit
    self.kids = kids
  }
}

/// RFC 7517, with the members of RFC 8037 for Ed25519.
package struct JSONWebKeySet: Codable, Sendable {
  package struct Key: Codable, Sendable {
    package var kty: String
    package var crv: String
    package var kid: String
    package var use: String
    package var alg: String
    package var x: String

    package init(kid: String, x: String) {
      (kty, crv, use, alg) = ("OKP", "Ed25519", "sig", "EdDSA")
      self.kid = kid
      self.x = x
    }
  }

  package var keys: [Key]

  package init(keys: [Key]) {
    self.keys = keys
  }
}
