import AccountsAPI
import ClientKit
import Contract
import Foundation
import StorageKit
import TestKit

@testable import AccountsService

/// A mail as it lies in the mailbox folder.
struct FiledMail: Sendable {
  let name: String
  let text: String

  var to: String { header("To") }
  var subject: String { header("Subject") }

  /// The secret of the link in it.
  var token: String? { text.firstMatch(of: /#\/(?:verify|reset)\/([\w-]{20,})/).map { String($0.1) } }

  private func header(_ name: String) -> String {
    text.split(separator: "\r\n").first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) } ?? ""
  }
}

extension AccountsDriver {
  /// Mails leave at once, and strangers may cause as many as they like.
  static let quickMail = quickHashes.merging([
    "ACCOUNTS_MAIL_DELAY_MILLISECONDS": "0", "ACCOUNTS_MAIL_PER_ADDRESS_MAXIMUM": "1000",
    "ACCOUNTS_SIGN_UPS_PER_ADDRESS": "1000",
  ]) { $1 }

  /// What is in the mailbox, oldest first.
  var mailbox: [FiledMail] {
    let folder = "\(service.home)/accounts/mailbox"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".eml") }.sorted().compactMap { name in
      (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)).map { FiledMail(name: name, text: $0) }
    }
  }

  /// The newest mail to the address with that subject, once it is there.
  func mail(to address: String, _ subject: String, number: Int = 1) async throws -> FiledMail {
    func found() -> [FiledMail] { mailbox.filter { $0.to == address && $0.subject == subject } }
    try await eventually { found().count >= number }
    guard let last = found().last else { throw Unexpected() }
    return last
  }

  /// All mails that wait have been sent.
  func mailsSent() async throws {
    let database = try openDatabase("\(service.home)/accounts/accounts.db")
    defer { database.close() }
    try await eventually { try database.read { try MailStore.count(upTo: 100, in: $0) } == 0 }
  }

  func verify(_ token: String?) async throws -> AddressConfirmed.State {
    try await service.transport.call(
      CredentialEndpoints.confirmAddress, body: LinkConfirmation(token: token ?? ""), in: context()
    ).state
  }

  /// Signs up and uses the link.
  func verified(_ email: String = "vera@matinee.example", password: String = password) async throws -> SignedUp {
    let signedUp = try await signUp(email, password: password)
    _ = try await verify(mail(to: email, Subjects.verification).token)
    return signedUp
  }

  func requestReset(_ email: String) async throws {
    _ = try await service.transport.call(
      CredentialEndpoints.requestPasswordReset, body: PasswordResetRequest(email: email), in: context())
  }

  func reset(_ token: String?, _ password: String) async throws {
    _ = try await service.transport.call(
      CredentialEndpoints.resetPassword, body: PasswordReset(token: token ?? "", newPassword: password), in: context())
  }

  func update(_ change: AccountChange, as principal: Principal) async throws -> Account {
    try await service.transport.call(CredentialEndpoints.updateAccount, body: change, in: context(principal))
  }

  func account(_ principal: Principal) async throws -> Account {
    try await service.transport.call(AccountsEndpoints.account, in: context(principal))
  }

  func changePassword(_ change: PasswordChange, as principal: Principal) async throws {
    _ = try await service.transport.call(CredentialEndpoints.changePassword, body: change, in: context(principal))
  }

  /// What a request with this body is answered.
  func status(_ method: HTTPMethod, _ path: String, _ body: String, as principal: Principal = .anonymous) async throws
    -> TransportResponse
  {
    try await service.transport.send(
      TransportRequest(
        method: method, target: path, headers: [("content-type", "application/json")], body: Array(body.utf8),
        context: context(principal)))
  }
}

enum Subjects {
  static let verification = "Confirm your e-mail address"
  static let alreadyKnown = "You already have an account"
  static let passwordReset = "Choose a new password"
  static let addressChange = "Confirm your new e-mail address"
  static let addressChangeConsent = "Your e-mail address shall be changed"
  static let addressChanged = "Your e-mail address was changed"
  static let passwordChanged = "Your password was changed"
  static let newDevice = "A new device signed in"
}
