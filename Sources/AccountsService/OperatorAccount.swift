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
  let logger: Logger

  /// Throws a 422 ``Problem`` naming every field that is not good, or ``AccountsError/emailTaken``: an account that is
  /// there is never promoted.
  func create(_ wish: NewOperator, before deadline: Deadline, trace: TraceContext?) async throws -> Account {
    let draft = try Self.draft(wish)
    let hash = try await signUp.hashing.hash(draft.password, before: deadline)
    let now = signUp.clock.now()
    let account = try await signUp.database.write { db in
      try signUp.create(draft, role: .operator, hash: hash, now: now, trace: trace, in: db)
    }
    logger.notice("an operator's account was made", metadata: ["account": "\(account.id)"])
    return account
  }

  /// Makes the account that the file at `path` describes, if its address has none. An account that is there stays
  /// as it is. Throws where the file cannot be read or a field of it is not acceptable: the service does not start.
  func ensure(from path: String) async throws {
    let wish = try Self.wish(path)
    do {
      let key = try Self.draft(wish).email.key
      if let existing = try signUp.database.read({ try AccountStore.credentials(emailKey: key, in: $0) }) {
        if existing.account.role != .operator {
          logger.warning("the operator file names an account of a viewer; it is not made an operator")
        }
        return
      }
      _ = try await create(wish, before: .after(.seconds(30)), trace: nil)
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
