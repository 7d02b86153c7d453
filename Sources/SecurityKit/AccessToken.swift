package import Contract

/// Which profile uses a log-in session.
package struct ProfileBinding: Sendable, Hashable {
  package var profile: ProfileID?
  /// Whether the session may see nothing of the account but that profile.
  package var kids: Bool
  /// Grows with each change; 0 where there was none yet.
  package var version: Int

  package init(profile: ProfileID?, kids: Bool, version: Int) {
    self.profile = profile
    self.kids = kids
    self.version = version
  }

  package static let none = ProfileBinding(profile: nil, kids: false, version: 0)
}

/// What an access token says.
package struct AccessClaims: Sendable, Hashable {
  package var account: AccountID
  package var loginSession: LoginSessionID
  /// `viewer` or `operator`; a token of another role is neither made nor accepted.
  package var role: Principal.Role
  /// Whole seconds.
  package var issuedAt: Timestamp
  /// Whole seconds.
  package var expiresAt: Timestamp
  package var binding: ProfileBinding
  /// The account's country when the token was made.
  package var territory: Territory?

  package init(
    account: AccountID, loginSession: LoginSessionID, role: Principal.Role, issuedAt: Timestamp, expiresAt: Timestamp,
    binding: ProfileBinding = .none, territory: Territory? = nil
  ) {
    self.account = account
    self.loginSession = loginSession
    self.role = role
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
    self.binding = binding
    self.territory = territory
  }

  package var principal: Principal {
    Principal(role: role, account: account, loginSession: loginSession, territory: territory)
  }
}

/// The access token a client carries: a compact JWS (RFC 7515) signed with Ed25519 (RFC 8037), its claims those of
/// RFC 7519 and 9068.
///
/// As RFC 8725 asks, the algorithm, type, issuer and audience are fixed here and never chosen by the token; its
/// header may name a key we know and nothing else.
package enum AccessToken {
  package static let type = "at+jwt"
  package static let issuer = "matinee-accounts"
  package static let audience = "matinee-api"
  /// Longer texts are refused unread.
  package static let maximumBytes = 1024
  /// A token that claims to live longer than this is refused.
  package static let maximumLifetimeSeconds: Double = 3600
  /// How far the clocks of issuer and verifier may differ.
  package static let skewSeconds: Double = 60

  package static func mint(_ claims: AccessClaims, key: SigningKey) -> String {
    let header = #"{"alg":"EdDSA","typ":"\#(type)","kid":"\#(key.verifyingKey.keyID)"}"#
    let payload =
      #"{"iss":"\#(issuer)","aud":"\#(audience)","sub":"\#(claims.account)","#
      + #""sid":"\#(claims.loginSession)","role":"\#(claims.role.rawValue)","#
      + #""iat":\#(claims.issuedAt.milliseconds / 1000),"exp":\#(claims.expiresAt.milliseconds / 1000)"#
      + (claims.territory.map { #","country":"\#($0)""# } ?? "") + members(of: claims.binding) + "}"
    let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
    return signed + "." + Base64URL.encode(key.sign(Array(signed.utf8)))
  }

  /// Nothing for a session that was never bound to a profile.
  private static func members(of binding: ProfileBinding) -> String {
    guard binding.version > 0 else { return "" }
    let profile = binding.profile.map { #","profile":"\#($0)""# } ?? ""
    return #","binding":\#(binding.version),"kids":\#(binding.kids ? 1 : 0)"# + profile
  }

  /// The claims of a token signed by one of `keys` and valid at `now`.
  package static func verify(
    _ text: some StringProtocol, keys: VerifyingKeys, now: Timestamp
  ) throws(AccessTokenError) -> AccessClaims {
    let bytes = Array(text.utf8.prefix(maximumBytes + 1))
    guard bytes.count <= maximumBytes else { throw .malformed }
    let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Base64URL.decode(utf8: parts[0]).flatMap({ FlatJSON($0) }),
      let signature = Base64URL.decode(utf8: parts[2])
    else { throw .malformed }

    guard header.members.count == 3, header.text("alg") == "EdDSA", header.text("typ") == type,
      let keyID = header.text("kid")
    else { throw .malformed }
    guard let key = keys[keyID] else { throw .unknownKey }
    guard key.isValid(signature: signature, of: Array(bytes[..<parts[1].endIndex])) else { throw .forged }

    guard let payload = Base64URL.decode(utf8: parts[1]).flatMap({ FlatJSON($0) }) else { throw .malformed }
    return try claims(payload, now: now)
  }

  private static func claims(_ payload: FlatJSON, now: Timestamp) throws(AccessTokenError) -> AccessClaims {
    guard payload.text("iss") == issuer, payload.text("aud") == audience else { throw .notForUs }
    guard let account = payload.text("sub").flatMap({ AccountID($0) }),
      let loginSession = payload.text("sid").flatMap({ LoginSessionID($0) }),
      let role = payload.text("role").flatMap({ Principal.Role(rawValue: $0) }), role == .viewer || role == .operator,
      let issued = payload.integer("iat"), let expires = payload.integer("exp")
    else { throw .malformed }
    let claims = AccessClaims(
      account: account, loginSession: loginSession, role: role,
      issuedAt: Timestamp(milliseconds: issued * 1000), expiresAt: Timestamp(milliseconds: expires * 1000),
      binding: try binding(payload), territory: try territory(payload))
    let lifetime = claims.expiresAt.seconds(since: claims.issuedAt)
    guard lifetime > 0, lifetime <= maximumLifetimeSeconds,
      claims.issuedAt.seconds(since: now) <= skewSeconds
    else { throw .malformed }
    guard now.seconds(since: claims.expiresAt) < skewSeconds else { throw .expired }
    return claims
  }
}

extension AccessToken {
  private static func territory(_ payload: FlatJSON) throws(AccessTokenError) -> Territory? {
    guard payload.members["country"] != nil else { return nil }
    guard let territory = payload.text("country").flatMap({ Territory($0) }) else { throw .malformed }
    return territory
  }

  private static func binding(_ payload: FlatJSON) throws(AccessTokenError) -> ProfileBinding {
    guard payload.members["binding"] != nil else { return .none }
    guard let version = payload.integer("binding"), let kids = payload.integer("kids") else { throw .malformed }
    var profile: ProfileID?
    if payload.members["profile"] != nil {
      guard let named = payload.text("profile").flatMap({ ProfileID($0) }) else { throw .malformed }
      profile = named
    }
    return ProfileBinding(profile: profile, kids: kids != 0, version: Int(version))
  }
}

/// The public keys that access tokens may be signed with, by their ids.
package struct VerifyingKeys: Sendable {
  private let byID: [String: VerifyingKey]

  package init(_ keys: [VerifyingKey]) {
    byID = Dictionary(keys.map { ($0.keyID, $0) }) { first, _ in first }
  }

  package subscript(keyID: String) -> VerifyingKey? { byID[keyID] }
}

package enum AccessTokenError: Error, Sendable {
  case malformed
  /// Signed with a key that is not in the set; the set may be old.
  case unknownKey
  case forged
  /// Another issuer's, or for another audience.
  case notForUs
  case expired
}

extension AccessTokenError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .expired: .unauthenticated("The access token has expired; refresh it.")
    case .malformed, .unknownKey, .forged, .notForUs: .unauthenticated("The access token is not valid.")
    }
  }
}
