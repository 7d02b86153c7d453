import AccountsAPI
import Contract
import SecurityKit
import StorageKit

/// Checks an address and password, and opens a log-in session.
struct LogInAccount: Sendable {
  let database: ServiceDatabase
  let sessions: LoginSessions
  let hashing: PasswordHashing
  let limit: WrongPasswordLimit
  let clock: WallClock

  struct Opened: Sendable {
    let account: Account
    let profiles: [Profile]
    let refresh: RefreshToken
  }

  /// Throws ``AccountsError/wrongCredentials``, in the same words and after the same work whether the address has an
  /// account or not.
  func callAsFunction(_ draft: LogInDraft, deadline: Deadline, trace: TraceContext) async throws -> Opened {
    try limit.check(draft.attemptKey, now: clock.now())
    let known = try draft.email.flatMap { email in
      try database.read { try AccountStore.credentials(emailKey: email.key, in: $0) }
    }
    let verdict = try await hashing.check(draft.password, against: known?.hash, before: deadline)
    guard let known, verdict.isMatch else {
      limit.noteWrong(draft.attemptKey, now: clock.now())
      throw AccountsError.wrongCredentials
    }
    limit.noteRight(draft.attemptKey)
    let now = clock.now()
    return try await database.write { db in
      if let replacement = verdict.replacement {
        try AccountStore.replaceHash(of: known.account.id, known.hash, with: replacement, in: db)
      }
      let refresh = try sessions.open(known.account.id, device: draft.device, now: now, trace: trace, in: db)
      return Opened(
        account: known.account, profiles: try ProfileStore.profiles(of: known.account.id, in: db), refresh: refresh)
    }
  }
}
