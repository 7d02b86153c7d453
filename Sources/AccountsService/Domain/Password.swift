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
    guard !CommonPasswords.contains(key) else { throw UnacceptableValue("is one of the most used passwords") }
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

/// The passwords that are guessed first, of those long enough to be chosen. Folded.
enum CommonPasswords {
  static func contains(_ key: String) -> Bool {
    list.contains(key) || Set(key.unicodeScalars).count == 1 || isRun(key)
  }

  /// `12345678`, `abcdefgh`, `87654321`: every character next to the one before.
  private static func isRun(_ key: String) -> Bool {
    let values = key.unicodeScalars.map { Int($0.value) }
    let steps = Set(zip(values, values.dropFirst()).map { $1 - $0 })
    return steps == [1] || steps == [-1]
  }

  private static let list = Set(
    """
    password password1 password12 password123 password1234 passw0rd p@ssw0rd p@ssword p@55w0rd pa$$word passwort \
    passwort1 motdepasse contraseña qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwertz123 azertyui azertyuiop \
    1q2w3e4r 1q2w3e4r5t 1qaz2wsx zaq12wsx qazwsxedc q1w2e3r4 q1w2e3r4t5 asdfghjk asdfghjkl zxcvbnm1 zxcvbnm123 \
    1234567890 0123456789 0987654321 123123123 12341234 12344321 11223344 1122334455 123454321 147258369 987654321 \
    123456789a a123456789 123456abc abc123456 abcd1234 abc12345 1234qwer qwer1234 asdf1234 iloveyou iloveyou1 \
    sunshine sunshine1 princess princess1 football football1 baseball baseball1 basketball superman superman1 \
    batman123 starwars pokemon1 trustno1 whatever whatever1 welcome1 welcome123 letmein1 letmein123 changeme \
    changeme1 default1 computer internet michelle jennifer jessica1 michael1 charlie1 samantha victoria elizabeth \
    liverpool arsenal1 chelsea1 barcelona corvette mercedes1 ferrari1 mustang1 harley12 dragon123 monkey123 \
    master123 shadow123 killer123 hello123 secret123 test1234 testtest admin123 admin1234 administrator root1234 \
    guest123 login123 access14 freedom1 blink182 snowball butterfly flower123 cookie123 chocolate cheese123 \
    babygirl babygirl1 lovelove loveyou1 fuckyou1 asshole1 matinee1 matinee123 netflix1 netflix123
    """.split(separator: " ").map(String.init))
}
