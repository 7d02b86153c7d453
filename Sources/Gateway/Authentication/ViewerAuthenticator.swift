import AccountsAPI
import CacheKit
import Contract
import SecurityKit
import ServerKit

/// The public door's authenticator: who carries this access token, and is the profile in the path theirs?
///
/// A verified token is remembered until it expires or its log-in session ends, since verifying a signature costs
/// more than the rest of most requests.
struct ViewerAuthenticator: Authenticator {
  private struct Verified: Sendable {
    var principal: Principal
    var binding: ProfileBinding
    var expiresAt: Timestamp
  }

  private let tokens: BoundedCache<String, Verified>
  private let keyRing: KeyRing
  private let endedSessions: BoundedCache<LoginSessionID, Bool>
  private let bindings: BoundedCache<LoginSessionID, ProfileBinding>
  private let erasedAccounts: BoundedCache<AccountID, Bool>
  private let profiles: ProfileDirectory
  private let lock: ProfileLock
  private let clock: WallClock
  private let trustedProxies: Int

  init(
    settings: GatewaySettings, keyRing: KeyRing, profiles: ProfileDirectory, lock: ProfileLock, clock: WallClock
  ) {
    tokens = BoundedCache(limit: settings.cachedTokens)
    endedSessions = BoundedCache(limit: settings.cachedTokens)
    bindings = BoundedCache(limit: settings.cachedTokens)
    erasedAccounts = BoundedCache(limit: settings.cachedTokens)
    self.keyRing = keyRing
    self.profiles = profiles
    self.lock = lock
    self.clock = clock
    trustedProxies = settings.trustedProxies
  }

  /// Whatever a client itself claims in `x-client-address` is not looked at.
  func clientAddress(peer: String?, header: (_ lowercaseName: String) -> String?) -> NetworkAddress? {
    guard trustedProxies > 0, let hops = header("x-forwarded-for") else { return peer.flatMap { NetworkAddress($0) } }
    return ForwardedFor.client(peer: peer, hops: hops, trustedProxies: trustedProxies)
  }

  /// From now on no token of this log-in session is good.
  func end(_ session: LoginSessionID) {
    endedSessions[session] = true
  }

  /// From now on tokens of this log-in session that were made before are taken as if they were made for that profile.
  func bind(_ bound: LoginSessionBound) {
    if let known = bindings[bound.loginSessionId], known.version >= bound.version { return }
    bindings[bound.loginSessionId] = ProfileBinding(
      profile: bound.profileId, kids: bound.kids, version: bound.version)
  }

  /// From now on no token of this account is good.
  func end(_ account: AccountID) {
    erasedAccounts[account] = true
  }

  func authenticate(
    _ endpoint: any EndpointDescription, header: (_ lowercaseName: String) -> String?,
    parameters: [(name: String, value: String)]
  ) async throws -> Principal {
    guard let line = header("authorization") else { return .anonymous }
    // An open endpoint does not fail for a token that it does not need.
    guard endpoint.access != .open || endpoint.name.hasPrefix("delivery.") else { return .anonymous }
    let verified = try await verified(line)
    var principal = verified.principal
    let only = try KidsRule.onlyProfile(binding(of: verified), at: endpoint)
    if only != nil, endpoint.access == .operator { throw Problem.kidsProfile }
    principal.profile = only
    if endpoint.access != .operator, let text = parameters.first(where: { $0.name == "profile" })?.value {
      guard let profile = ProfileID(text) else {
        throw Problem.invalid(field: "profile", "is not an identifier of the form prf_…")
      }
      if let only, only != profile { throw Problem.notFound("This account has no profile \(profile).") }
      guard let account = principal.account else { throw Problem.unauthenticated("Sign in to do this.") }
      let context = CallContext(principal: .service("gateway"), deadline: .after(.seconds(1)))
      let entry = try await profiles.require(profile, of: account, in: context)
      try await lock.require(profile, entry, for: principal.loginSession, at: endpoint, in: context)
      principal.profile = profile
      principal.maturityLimit = entry.maturityLimit
    }
    return principal
  }

  /// What accounts told last, where the token is older.
  private func binding(of verified: Verified) -> ProfileBinding {
    guard let session = verified.principal.loginSession, let told = bindings[session],
      told.version > verified.binding.version
    else { return verified.binding }
    return told
  }

  private func verified(_ line: String) async throws -> Verified {
    let now = clock.now()
    if let known = tokens[line], now < known.expiresAt {
      try requireNotEnded(known.principal)
      return known
    }
    guard line.utf8.count <= AccessToken.maximumBytes + 7, line.lowercased().hasPrefix("bearer ") else {
      throw Problem.unauthenticated("The authorization must be a bearer token.")
    }
    let claims = try await claims(of: line.dropFirst(7), now: now)
    try requireNotEnded(claims.principal)
    let verified = Verified(principal: claims.principal, binding: claims.binding, expiresAt: claims.expiresAt)
    tokens[line] = verified
    return verified
  }

  private func claims(of token: Substring, now: Timestamp) async throws -> AccessClaims {
    do {
      return try AccessToken.verify(token, keys: keyRing.keys, now: now)
    } catch AccessTokenError.unknownKey {
      let keys = try await keyRing.refresh()
      return try AccessToken.verify(token, keys: keys, now: now)
    }
  }

  private func requireNotEnded(_ principal: Principal) throws {
    if let session = principal.loginSession, endedSessions[session] == true {
      throw Problem.unauthenticated("This log-in session has ended; log in again.")
    }
    if let account = principal.account, erasedAccounts[account] == true {
      throw Problem.unauthenticated("This account has been erased.")
    }
  }
}
