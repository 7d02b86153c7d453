import AccountsAPI
import Contract
import Foundation
import Logging
import StorageKit

/// The account of the first operator, made at start from a file that only the operator of the machine can write:
/// there is no way to become one through the API.
struct OperatorAccount: Sendable {
  static let fileMaximumBytes = 16 * 1024

  private struct Wish: Codable {
    var email: String
    var password: String
    var displayName: String
    var country: String
  }

  let signUp: SignUpAccount
  let logger: Logger

  /// Makes the account that the file at `path` describes, if its address has none. An account that is there stays
  /// as it is. Throws where the file cannot be read or a field of it is not acceptable: the service does not start.
  func ensure(from path: String) async throws {
    let draft = try Self.draft(path)
    let existing = try signUp.database.read { try AccountStore.credentials(emailKey: draft.email.key, in: $0) }
    if let existing {
      if existing.account.role != .operator {
        logger.warning("the operator file names an account of a viewer; it is not made an operator")
      }
      return
    }
    let hash = try await signUp.hashing.hash(draft.password, before: .after(.seconds(30)))
    let now = signUp.clock.now()
    let account = try await signUp.database.write { db in
      try signUp.create(draft, role: .operator, hash: hash, now: now, trace: nil, in: db)
    }
    logger.notice("the operator's account was made", metadata: ["account": "\(account.id)"])
  }

  private static func draft(_ path: String) throws -> SignUpDraft {
    guard let data = FileManager.default.contents(atPath: path), data.count <= fileMaximumBytes else {
      throw OperatorFileError(path: path, reason: "it cannot be read or is over \(fileMaximumBytes) bytes")
    }
    do {
      let wish = try JSON.decodeStrictly(Wish.self, from: Array(data))
      return try SignUpDraft(
        SignUp(
          email: wish.email, password: wish.password, displayName: wish.displayName, country: wish.country,
          plan: .premium))
    } catch let problem as Problem {
      throw OperatorFileError(path: path, reason: problem.detail)
    }
  }
}

/// The file that ACCOUNTS_OPERATOR_FILE names is of no use; the text is for the machine's operator.
struct OperatorFileError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "MATINEE_ACCOUNTS_OPERATOR_FILE \(path): \(reason)" }
}
