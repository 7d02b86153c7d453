import Foundation

/// A password as it is hashed: UTF-8 of its composed form (NFC), so that one typed on another keyboard is the same.
struct Password: Sendable {
  static let minimumCodePoints = 8
  static let maximumCodePoints = 128

  let bytes: [UInt8]

  /// One to be chosen: of an acceptable length, not among the most guessed, and not the owner's address.
  init(chosen text: String, email: EmailAddress?) throws(UnacceptableValue) {
    try self.init(given: text)
    let composed = String(decoding: bytes, as: UTF8.self)
    guard composed.unicodeScalars.count >= Self.minimumCodePoints else {
      throw UnacceptableValue("has fewer than \(Self.minimumCodePoints) characters")
    }
    let key = Wording.folded(composed)
    guard !LeakedPasswords.contains(key) else { throw UnacceptableValue("is one of the most used passwords") }
    if let email, key == email.key || key == email.localKey {
      throw UnacceptableValue("is the e-mail address")
    }
  }

  /// One to be compared: only bounded, since rules may have been others when it was chosen.
  init(given text: String) throws(UnacceptableValue) {
    guard text.utf8.count <= Self.maximumCodePoints * 16 else { throw Self.tooLong }
    let composed = Wording.composed(text)
    guard composed.unicodeScalars.count <= Self.maximumCodePoints else { throw Self.tooLong }
    bytes = Array(composed.utf8)
  }

  private static let tooLong = UnacceptableValue("has more than \(maximumCodePoints) characters")
}
