import Testing

@testable import SecurityKit

@Suite struct SigningKeyTests {
  @Test("The vectors of RFC 8032 section 7.1 are signed and verified", arguments: [
    (
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    ),
    (
      "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ),
    (
      "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
    ),
  ])
  func vectors(seed: String, publicKey: String, message: String, signature: String) throws {
    let key = try #require(SigningKey(seed: bytes(hex: seed)))
    #expect(hex(key.verifyingKey.bytes) == publicKey)
    #expect(hex(key.sign(bytes(hex: message))) == signature)
    #expect(key.verifyingKey.isValid(signature: bytes(hex: signature), of: bytes(hex: message)))
    #expect(!key.verifyingKey.isValid(signature: bytes(hex: signature), of: bytes(hex: message) + [0]))
  }

  @Test("The key of RFC 8037 has the thumbprint of its appendix A.3 and the signature of A.4")
  func joseVectors() throws {
    let seed = try #require(Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    let key = try #require(SigningKey(seed: seed))
    #expect(key.verifyingKey.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    #expect(key.verifyingKey.keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    #expect(
      Base64URL.encode(key.sign(Array(signed.utf8)))
        == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
  }

  @Test("Keys of low order or wrong length are no keys")
  func badKeys() {
    #expect(VerifyingKey([UInt8](repeating: 0, count: 32)) == nil)
    #expect(VerifyingKey([1] + [UInt8](repeating: 0, count: 31)) == nil)
    #expect(VerifyingKey(bytes(hex: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")) == nil)
    #expect(VerifyingKey([UInt8](repeating: 9, count: 31)) == nil)
    #expect(SigningKey(seed: [1, 2, 3]) == nil)
  }

  @Test("A signature with its scalar raised by the group's order is refused")
  func malleability() throws {
    let key = try #require(SigningKey(seed: [UInt8](repeating: 3, count: 32)))
    let message = Array("press play".utf8)
    var signature = key.sign(message)
    let order = bytes(hex: "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    var carry = 0
    for index in 0..<32 {
      let sum = Int(signature[32 + index]) + Int(order[index]) + carry
      signature[32 + index] = UInt8(sum & 255)
      carry = sum >> 8
    }
    #expect(!key.verifyingKey.isValid(signature: signature, of: message))
  }
}
