import AccountsAPI
import Contract
import SecurityKit

/// Whose token it is, and what the account was when it was made.
struct TokenHolder: Sendable {
  let id: AccountID
  let role: AccountRole
  /// ISO 3166-1 alpha-2: where its viewers may see what is licensed for some territories only.
  let country: String

  init(id: AccountID, role: AccountRole, country: String) {
    (self.id, self.role, self.country) = (id, role, country)
  }

  init(_ account: Account) {
    self.init(id: account.id, role: account.role, country: account.country)
  }
}

/// Makes what a client is handed when it signs in or refreshes.
struct TokenMint: Sendable {
  struct Tokens: Sendable {
    let accessToken: String
    let expiresInSeconds: Int
    let refreshToken: String
  }

  let signingKeys: SigningKeys
  let refreshKey: HMACKey
  let accessTokenSeconds: Int

  func tokens(
    for account: TokenHolder, refresh: RefreshToken, binding: ProfileBinding = .none, now: Timestamp
  ) -> Tokens {
    Tokens(
      accessToken: accessToken(for: account, session: refresh.session, binding: binding, now: now),
      expiresInSeconds: accessTokenSeconds, refreshToken: refresh.text(refreshKey))
  }

  func accessToken(
    for account: TokenHolder, session: LoginSessionID, binding: ProfileBinding, now: Timestamp
  ) -> String {
    let issued = Timestamp(milliseconds: now.milliseconds / 1000 * 1000)
    let claims = AccessClaims(
      account: account.id, loginSession: session, role: account.role.principalRole, issuedAt: issued,
      expiresAt: issued.adding(seconds: Double(accessTokenSeconds)), binding: binding,
      territory: Territory(account.country))
    return AccessToken.mint(claims, key: signingKeys.signing(at: now))
  }
}

extension AccountRole {
  fileprivate var principalRole: Principal.Role {
    switch self {
    case .viewer: .viewer
    case .operator: .operator
    }
  }
}
