import AccountsAPI
import ArgumentParser
import ClientKit
import Contract
import Foundation
import ServerKit

/// The service, and what only the operator of the machine may ask of it.
struct AccountsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accounts", abstract: "Run the accounts service, or ask something of it.",
    subcommands: [ServeAccounts.self, CreateOperator.self, RotateKeys.self], defaultSubcommand: ServeAccounts.self)
}

struct ServeAccounts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the service until TERM or INT (the default).")

  func run() async throws {
    try await serve(
      roster.filter { $0.name == "accounts" }, in: .ofProcess(environment: ProcessInfo.processInfo.environment))
  }
}

struct CreateOperator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make an operator's account, in the running service.",
    discussion: "The password is asked for on the terminal, or read from the first line of a file.")

  @Option(help: "The address to log in with.")
  var email: String

  @Option(help: "The name that is shown.")
  var name: String

  @Option(help: "ISO 3166-1 code of the country.")
  var country = "US"

  @Option(help: "A file that only its owner can read, with the password in its first line; - is the standard input.")
  var passwordFile: String?

  func run() async throws {
    let password = try PasswordInput.read(from: passwordFile)
    let wish = NewOperator(email: email, password: password, displayName: name, country: country)
    let account = try await askService("accounts") { transport, context in
      try await transport.call(AccountsEndpoints.createOperator, body: wish, in: context)
    }
    print("\(account.id)")
  }
}

struct RotateKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Have the running service make a new key for access tokens; nobody is signed out.",
    discussion: "The key is published at once and signs after MATINEE_ACCOUNTS_KEY_ANNOUNCE_SECONDS.")

  func run() async throws {
    let rotation = try await askService("accounts") { transport, context in
      try await transport.call(SigningKeyEndpoints.rotate, in: context)
    }
    print("\(rotation.keyId) signs from \(rotation.signsFrom); published: \(rotation.publishedKeyIds.count)")
  }
}
