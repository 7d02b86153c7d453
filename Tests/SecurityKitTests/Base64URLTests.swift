import Testing

@testable import SecurityKit

@Suite struct Base64URLTests {
  @Test("The vectors of RFC 4648 are written and read back", arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
    ("foobar", "Zm9vYmFy"),
  ])
  func vectors(plain: String, encoded: String) {
    #expect(Base64URL.encode(plain.utf8) == encoded)
    #expect(Base64URL.decode(encoded) == Array(plain.utf8))
  }

  @Test("Every length of random bytes survives the round trip")
  func roundTrip() {
    for count in 0..<200 {
      let bytes = Sodium.randomBytes(count)
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }
  }

  @Test("Padding, another alphabet, impossible lengths and stray bits are refused", arguments: [
    "Zg==", "Zm8=", "a+b/", "A", "AAAAA", "Zh", "Zm9", "Zm 9v", "Zm9v\n", "é",
  ])
  func refusals(text: String) {
    #expect(Base64URL.decode(text) == nil)
  }

  @Test("A value has one spelling: no other last character decodes to it")
  func canonical() {
    let text = Base64URL.encode([UInt8](repeating: 7, count: 32))
    let others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".filter { $0 != text.last }
    for other in others {
      #expect(Base64URL.decode(text.dropLast() + String(other)) != [UInt8](repeating: 7, count: 32))
    }
  }
}
