import AccountsAPI
import Contract
import Logging
import ServerKit
import StorageKit
import TelemetryKit

/// Signing up, logging in, refreshing, and the keys that verify what they hand out.
struct LoginRoutes: Sendable {
  let database: ServiceDatabase
  let signUp: SignUpAccount
  let logIn: LogInAccount
  let sessions: LoginSessions
  let mint: TokenMint
  let clock: WallClock
  let logger: Logger
  /// By outcome.
  let logIns: Counter
  /// By outcome.
  let refreshes: Counter

  func add(to routes: inout Routes) {
    routes.answer(AccountsEndpoints.signUp) { try await answerSignUp($0) }
    routes.answer(AccountsEndpoints.logIn) { try await answerLogIn($0) }
    routes.answer(AccountsEndpoints.refresh) { try await answerRefresh($0) }
    routes.answer(AccountsEndpoints.jwks) { _ in
      var answer = Answer.json(try JSON.encode(mint.signingKeys.published(at: clock.now())))
      answer.headers.append(("cache-control", "public, max-age=\(mint.signingKeys.cacheSeconds)"))
      return answer
    }
  }

  private func answerSignUp(_ call: Call<Empty, SignUp>) async throws -> Answer {
    let context = call.request.context
    let (account, refresh) = try await signUp(SignUpDraft(call.body), context)
    let tokens = mint.tokens(for: TokenHolder(account), refresh: refresh, now: clock.now())
    return try .uncached(
      SignedUp(
        account: account, accessToken: tokens.accessToken, expiresInSeconds: tokens.expiresInSeconds,
        refreshToken: tokens.refreshToken),
      status: AccountsEndpoints.signUp.status)
  }

  private func answerLogIn(_ call: Call<Empty, LogIn>) async throws -> Answer {
    let context = call.request.context
    let opened: LogInAccount.Opened
    do {
      opened = try await logIn(LogInDraft(call.body), context)
    } catch let error as AccountsError {
      logIns.increment([error.outcome])
      throw error
    }
    logIns.increment(["accepted"])
    let tokens = mint.tokens(for: TokenHolder(opened.account), refresh: opened.refresh, now: clock.now())
    return try .uncached(
      LoggedIn(
        id: opened.refresh.session, account: opened.account, profiles: opened.profiles,
        accessToken: tokens.accessToken, expiresInSeconds: tokens.expiresInSeconds,
        refreshToken: tokens.refreshToken),
      status: AccountsEndpoints.logIn.status)
  }

  private func answerRefresh(_ call: Call<Empty, Refresh>) async throws -> Answer {
    guard let token = RefreshToken(call.body.refreshToken, key: mint.refreshKey) else {
      refreshes.increment(["forged"])
      throw AccountsError.refreshTokenInvalid
    }
    let now = clock.now()
    let context = call.request.context
    let outcome = try await database.write { db in
      try sessions.continue(token, from: context.clientAddress, now: now, trace: context.trace, in: db)
    }
    switch outcome {
    case .continued(let session, let successor, let binding):
      refreshes.increment(["accepted"])
      let tokens = mint.tokens(
        for: session.holder, refresh: successor, binding: binding, now: now)
      return try .uncached(
        Refreshed(
          accessToken: tokens.accessToken, expiresInSeconds: tokens.expiresInSeconds,
          refreshToken: tokens.refreshToken),
        status: AccountsEndpoints.refresh.status)
    case .refused:
      refreshes.increment(["refused"])
    case .reused(let session):
      refreshes.increment(["reused"])
      logger.warning(
        "a refresh token was used twice; its log-in session was ended",
        metadata: ["session": "\(session.id)", "account": "\(session.account)"])
    }
    throw AccountsError.refreshTokenInvalid
  }
}

extension AccountsError {
  /// The label of the metric.
  fileprivate var outcome: String {
    switch self {
    case .wrongCredentials: "wrong"
    case .tooManyAttempts: "limited"
    case .passwordQueueFull, .deadlinePassed: "shed"
    default: "other"
    }
  }
}
