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

  let keys: AccountsKeys
  let accessTokenSeconds: Int

  func tokens(for account: AccountID, role: AccountRole, refresh: RefreshToken, now: Timestamp) -> Tokens {
    let issued = Timestamp(milliseconds: now.milliseconds / 1000 * 1000)
    let claims = AccessClaims(
      account: account, loginSession: refresh.session, role: role.principalRole, issuedAt: issued,
      expiresAt: issued.adding(seconds: Double(accessTokenSeconds)))
    return Tokens(
      accessToken: AccessToken.mint(claims, key: keys.signingKey), expiresInSeconds: accessTokenSeconds,
      refreshToken: refresh.text(keys.refreshKey))
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
