import AccountsAPI
import Contract
import Foundation
import Logging
import StorageKit

/// Makes the accounts of operators, of whom only the machine's own operator can make one: by the command line, or by a
/// file at start. There is no way to become one through the public API.
struct OperatorAccount: Sendable {
  static let fileMaximumBytes = 16 * 1024

  let signUp: SignUpAccount
  let claims: AddressClaims
  let logger: Logger

  /// The address counts as proved, so others who signed up with it lose it. Throws a 422 ``Problem`` naming every field
  /// that is not good, or ``AccountsError/emailTaken`` where an account has proved it: none that is there is promoted.
  func create(_ wish: NewOperator, before deadline: Deadline, trace: TraceContext) async throws -> Account {
    let draft = try Self.draft(wish)
    let hash = try await signUp.hashing.hash(draft.password, for: draft.email, before: deadline)
    let now = signUp.clock.now()
    let account = try await signUp.database.write { db in
      let account = try signUp.create(draft, role: .operator, hash: hash, now: now, trace: trace, in: db)
      try claims.release(draft.email.key, besides: account.id, now: now, trace: trace, in: db)
      return account
    }
    try await claims.releaseRest(of: account.id, now: now, trace: trace)
    logger.notice("an operator's account was made", metadata: ["account": "\(account.id)"])
    return account
  }

  /// Makes the account that the file at `path` describes, unless an account has proved its address: that one stays as
  /// it is. Throws where the file cannot be read or a field of it is not acceptable: the service does not start.
  func ensure(from path: String) async throws {
    let wish = try Self.wish(path)
    do {
      let key = try Self.draft(wish).email.key
      let existing = try signUp.database.read { try AccountStore.holder(of: key, in: $0) }
      if let existing, existing.emailVerified {
        if existing.role != .operator {
          logger.warning("the operator file names an account of a viewer; it is not made an operator")
        }
        return
      }
      _ = try await create(wish, before: .after(.seconds(30)), trace: .root())
    } catch let problem as Problem {
      throw OperatorFileError(path: path, reason: problem.detail)
    }
  }

  private static func wish(_ path: String) throws -> NewOperator {
    guard let data = FileManager.default.contents(atPath: path), data.count <= fileMaximumBytes else {
      throw OperatorFileError(path: path, reason: "it cannot be read or is over \(fileMaximumBytes) bytes")
    }
    do {
      return try JSON.decodeStrictly(NewOperator.self, from: Array(data))
    } catch let problem as Problem {
      throw OperatorFileError(path: path, reason: problem.detail)
    }
  }

  private static func draft(_ wish: NewOperator) throws -> SignUpDraft {
    try SignUpDraft(
      SignUp(
        email: wish.email, password: wish.password, displayName: wish.displayName, country: wish.country,
        plan: .premium))
  }
}

/// The file that ACCOUNTS_OPERATOR_FILE names is of no use; the text is for the machine's operator.
struct OperatorFileError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "MATINEE_ACCOUNTS_OPERATOR_FILE \(path): \(reason)" }
}
