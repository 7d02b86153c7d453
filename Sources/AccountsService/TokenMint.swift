import AccountsAPI
import Contract
import SecurityKit

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
    for account: AccountID, role: AccountRole, refresh: RefreshToken, binding: ProfileBinding = .none, now: Timestamp
  ) -> Tokens {
    Tokens(
      accessToken: accessToken(for: account, session: refresh.session, role: role, binding: binding, now: now),
      expiresInSeconds: accessTokenSeconds, refreshToken: refresh.text(refreshKey))
  }

  func accessToken(
    for account: AccountID, session: LoginSessionID, role: AccountRole, binding: ProfileBinding, now: Timestamp
  ) -> String {
    let issued = Timestamp(milliseconds: now.milliseconds / 1000 * 1000)
    let claims = AccessClaims(
      account: account, loginSession: session, role: role.principalRole, issuedAt: issued,
      expiresAt: issued.adding(seconds: Double(accessTokenSeconds)), binding: binding)
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
