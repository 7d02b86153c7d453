import Contract
import SecurityKit

enum MailTag: IdentifierTag { static let prefix = "eml" }
typealias MailID = Identifier<MailTag>

/// The secret of a link in a mail: 256 bits, of which the database holds a hash alone.
///
/// It is computed from the mail's id under a key, so that a mail that is sent twice has one link, and the row that
/// waits for the mail server has none.
struct LinkToken: Sendable {
  static let secretBytes = 32

  enum Purpose: String, Sendable, CaseIterable {
    case verification, passwordReset, addressChange, addressChangeConsent
  }

  private let secret: [UInt8]

  init(of mail: MailID, key: HMACKey) {
    secret = key.authenticationCode(of: Array("link \(mail)".utf8))
  }

  /// Nil where the text cannot be a token of ours.
  init?(_ text: String) {
    guard text.utf8.count <= 2 * Self.secretBytes, let secret = Base64URL.decode(text[...]),
      secret.count == Self.secretBytes
    else { return nil }
    self.secret = secret
  }

  var text: String { Base64URL.encode(secret) }
  /// What is stored of it.
  var hash: [UInt8] { Sodium.sha256(secret) }
}
