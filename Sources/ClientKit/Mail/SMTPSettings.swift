package import ConfigKit

/// A mail server and how one speaks with it.
package struct SMTPSettings: Sendable {
  package enum Encryption: String, Sendable, CaseIterable {
    /// STARTTLS, or nothing is sent.
    case require
    /// STARTTLS where the server offers it. Whoever sits between can take the offer away.
    case `try`
    /// TLS from the first byte, as on port 465.
    case implicit
    case off
  }

  package var host: String
  package var port: Int
  package var encryption: Encryption
  /// PEM of the authorities that are trusted; empty for the system's.
  package var authoritiesFile: String
  /// Empty where the server asks for none.
  package var user: String
  package var password: Secret?
  /// For one message, connecting included.
  package var deadlineSeconds: Int
  /// What this side calls itself in EHLO.
  package var greeting: String

  package init(
    host: String, port: Int, encryption: Encryption, authoritiesFile: String = "", user: String = "",
    password: Secret? = nil, deadlineSeconds: Int = 30, greeting: String = "localhost"
  ) {
    self.host = host
    self.port = port
    self.encryption = encryption
    self.authoritiesFile = authoritiesFile
    self.user = user
    self.password = password
    self.deadlineSeconds = deadlineSeconds
    self.greeting = greeting
  }

  var url: String {
    let isPlain = greeting.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#%@".utf8.contains($0) }
    let scheme = encryption == .implicit ? "smtps" : "smtp"
    return "\(scheme)://\(host):\(port)/\(isPlain ? greeting : "localhost")"
  }
}
