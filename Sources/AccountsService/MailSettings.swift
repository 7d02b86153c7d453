import ClientKit
import ConfigKit
import Foundation

/// What an operator may set about mail, each once: default, unit, bounds.
struct MailSettings: Sendable {
  /// Where people reach the page, without a slash at its end: what links in mails begin with.
  let publicURL: String
  let from: MailAddress
  /// Nil where messages are files of a folder.
  let server: SMTPSettings?
  /// Messages that the folder holds.
  let folderMaximum: Int
  /// How long the link that verifies or changes an address is good.
  let addressLinkHours: Int
  /// How long the link that sets a new password is good.
  let passwordLinkMinutes: Int
  /// A mail leaves at a random moment within this time after its cause, so that sending it tells nothing about the
  /// work that caused it.
  let delayMilliseconds: Int
  /// After the first failure; each further one waits three times as long.
  let retrySeconds: Int
  /// The longest pause between two tries.
  let retryMaximumSeconds: Int
  /// A mail that could not be sent for so long is given up.
  let giveUpHours: Int
  /// Mails that may wait; beyond it none are queued.
  let queueMaximum: Int
  /// Mails that strangers may cause to one address without waiting.
  let perAddressMaximum: Int
  /// After which time one more is allowed.
  let perAddressSeconds: Int
  /// Password resets that may be asked for from one client address without waiting.
  let resetsPerClient: Int

  init(_ reader: SettingsReader) throws {
    publicURL = try Self.url(reader)
    from = try Self.from(reader)
    server = try Self.server(reader, from: from)
    folderMaximum = try reader.integer("ACCOUNTS_MAILBOX_MAXIMUM", default: 10_000, in: 1...1_000_000)
    addressLinkHours = try reader.integer("ACCOUNTS_ADDRESS_LINK_HOURS", default: 24, in: 1...168)
    passwordLinkMinutes = try reader.integer("ACCOUNTS_PASSWORD_LINK_MINUTES", default: 60, in: 5...1440)
    delayMilliseconds = try reader.integer("ACCOUNTS_MAIL_DELAY_MILLISECONDS", default: 500, in: 0...60_000)
    retrySeconds = try reader.integer("ACCOUNTS_MAIL_RETRY_SECONDS", default: 2, in: 1...3600)
    retryMaximumSeconds = try reader.integer("ACCOUNTS_MAIL_RETRY_MAXIMUM_SECONDS", default: 900, in: 1...86_400)
    giveUpHours = try reader.integer("ACCOUNTS_MAIL_GIVE_UP_HOURS", default: 48, in: 1...720)
    queueMaximum = try reader.integer("ACCOUNTS_MAIL_QUEUE_MAXIMUM", default: 10_000, in: 1...1_000_000)
    perAddressMaximum = try reader.integer("ACCOUNTS_MAIL_PER_ADDRESS_MAXIMUM", default: 5, in: 1...1_000_000)
    perAddressSeconds = try reader.integer("ACCOUNTS_MAIL_PER_ADDRESS_SECONDS", default: 600, in: 1...86_400)
    resetsPerClient = try reader.integer("ACCOUNTS_RESETS_PER_ADDRESS", default: 20, in: 1...1_000_000)
  }

  /// Of mails that strangers cause to one address.
  var toAddress: AttemptLimit.Policy { policy("mails-to-address", free: perAddressMaximum) }

  /// Of resets asked for from one client address.
  var resets: AttemptLimit.Policy { policy("resets-from-address", free: resetsPerClient) }

  private func policy(_ name: String, free: Int) -> AttemptLimit.Policy {
    let seconds = Double(perAddressSeconds)
    return AttemptLimit.Policy(
      name: name, free: free, firstDelaySeconds: seconds, longestDelaySeconds: seconds * 6, forgivenSeconds: seconds)
  }

  private static func url(_ reader: SettingsReader) throws -> String {
    let name = "ACCOUNTS_PUBLIC_URL"
    // The address where other services find the gateway is right for people on this machine.
    let gateway = try reader.text("GATEWAY_URL", default: "http://127.0.0.1:8080")
    var text = try reader.text(name, default: gateway.hasPrefix("http") ? gateway : "http://127.0.0.1:8080")
    while text.hasSuffix("/") { text.removeLast() }
    guard let url = URL(string: text), ["http", "https"].contains(url.scheme), url.host()?.isEmpty == false,
      url.query == nil, url.fragment == nil, url.user == nil, !text.contains(where: \.isWhitespace)
    else {
      throw unacceptable(name, text, "the page's address, like https://matinee.example")
    }
    return text
  }

  private static func from(_ reader: SettingsReader) throws -> MailAddress {
    let name = "ACCOUNTS_MAIL_FROM"
    let text = try reader.text(name, default: "no-reply@matinee.invalid")
    guard let address = try? EmailAddress(text) else { throw unacceptable(name, text, "an e-mail address") }
    return MailAddress(name: "Matinee", address: address.text)
  }

  private static func server(_ reader: SettingsReader, from: MailAddress) throws -> SMTPSettings? {
    let host = try reader.text("ACCOUNTS_SMTP_HOST", default: "")
    let port = try reader.integer("ACCOUNTS_SMTP_PORT", default: 587, in: 1...65_535)
    let encryption: SMTPSettings.Encryption = try reader.choice("ACCOUNTS_SMTP_TLS", default: .require)
    let authorities = try reader.text("ACCOUNTS_SMTP_CA_FILE", default: "")
    let user = try reader.text("ACCOUNTS_SMTP_USER", default: "")
    let password = try reader.secret("ACCOUNTS_SMTP_PASSWORD")
    let deadline = try reader.integer("ACCOUNTS_SMTP_DEADLINE_SECONDS", default: 30, in: 1...300)
    guard !host.isEmpty else { return nil }
    guard host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/@?#".utf8.contains($0) }) else {
      throw unacceptable("ACCOUNTS_SMTP_HOST", host, "the name or address of a mail server")
    }
    // Who sits between takes the offer of TLS away, and the password with it.
    if password != nil, [.try, .off].contains(encryption), !["127.0.0.1", "localhost", "[::1]"].contains(host) {
      throw unacceptable("ACCOUNTS_SMTP_TLS", encryption.rawValue, "require or implicit, as there is a password")
    }
    return SMTPSettings(
      host: host, port: port, encryption: encryption, authoritiesFile: authorities, user: user, password: password,
      deadlineSeconds: deadline, greeting: from.address.split(separator: "@").last.map(String.init) ?? "localhost")
  }

  private static func unacceptable(_ name: String, _ value: String, _ bounds: String) -> SettingsError {
    .unacceptable(name: SettingsReader.prefix + name, value: value, bounds: bounds, source: "settings")
  }
}
