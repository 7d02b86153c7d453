import Testing

@testable import SecurityKit

@Suite struct SodiumTests {
  @Test("SHA-256 gives the digest of FIPS 180-4's example")
  func digest() {
    #expect(hex(Sodium.sha256("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(hex(Sodium.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("A hash that is put aside at any byte and taken up elsewhere is that of the whole")
  func midstates() throws {
    let bytes = (0..<200).map { UInt8($0) }
    for cut in 0...bytes.count {
      var first = SHA256()
      first.update(Array(bytes[..<cut]))
      let kept = first.midstate
      #expect(kept.count == 104)
      var second = try #require(SHA256(midstate: kept))
      second.update(Array(bytes[cut...]))
      #expect(second.finish() == Sodium.sha256(bytes))
    }
    #expect(SHA256(midstate: []) == nil)
  }

  @Test("HMAC-SHA256 gives the codes of RFC 4231, with short, long and over-long keys")
  func authenticationCodes() {
    #expect(
      hex(Sodium.hmacSHA256(key: [UInt8](repeating: 0x0B, count: 20), "Hi There".utf8))
        == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    #expect(
      hex(Sodium.hmacSHA256(key: Array("Jefe".utf8), "what do ya want for nothing?".utf8))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      hex(
        Sodium.hmacSHA256(
          key: [UInt8](repeating: 0xAA, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First".utf8))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test("A key that is used again, and bytes that are not in one piece, give the same code")
  func reuse() {
    let key = HMACKey(Array("Jefe".utf8))
    let message = "what do ya want for nothing?"
    let code = key.authenticationCode(of: message.utf8)
    #expect(key.authenticationCode(of: message.utf8) == code)
    #expect(key.authenticationCode(of: AnySequence(message.utf8)) == code)
  }

  @Test("Bytes are equal only when they have the same length and content")
  func equality() {
    #expect(Sodium.constantTimeEquals([1, 2, 3], [1, 2, 3]))
    #expect(!Sodium.constantTimeEquals([1, 2, 3], [1, 2, 4]))
    #expect(!Sodium.constantTimeEquals([1, 2, 3], [1, 2]))
    #expect(Sodium.constantTimeEquals([], []))
  }

  @Test("Random bytes have the asked number and do not repeat")
  func random() {
    #expect(Sodium.randomBytes(0).isEmpty)
    #expect(Set((0..<1000).map { _ in Sodium.randomBytes(16) }).count == 1000)
  }

  @Test("No key shows its bytes when it is printed")
  func redaction() throws {
    let seed = [UInt8](repeating: 171, count: 32)
    let key = try #require(SigningKey(seed: seed))
    var dumped = "\(key) \(HMACKey(seed)) \(StackKeys.ephemeral())"
    dump(key, to: &dumped)
    dump(HMACKey(seed), to: &dumped)
    #expect(!dumped.contains("171"))
  }
}

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func bytes(hex text: String) -> [UInt8] {
  var digits = text.compactMap(\.hexDigitValue)[...]
  var bytes: [UInt8] = []
  while let high = digits.popFirst(), let low = digits.popFirst() { bytes.append(UInt8(high * 16 + low)) }
  return bytes
}
