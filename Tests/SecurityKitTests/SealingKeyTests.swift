import SecurityKit
import Testing

@Suite struct SealingKeyTests {
  private let key = SealingKey.random()

  @Test("What is sealed opens with the same key and context, whatever its length", arguments: [0, 1, 31, 1000])
  func roundTrip(count: Int) throws {
    let text = [UInt8](repeating: 7, count: count)
    let sealed = key.seal(text, for: [1, 2])
    #expect(key.open(sealed, for: [1, 2]) == text)
    #expect(key.seal(text, for: [1, 2]) != sealed)
    let again = try #require(SealingKey(key.bytes))
    #expect(again.open(sealed, for: [1, 2]) == text)
  }

  @Test("Another key, another context, a flipped bit and a cut end do not open")
  func refusals() {
    let sealed = key.seal(Array("a name".utf8), for: [1])
    #expect(SealingKey.random().open(sealed, for: [1]) == nil)
    #expect(key.open(sealed, for: [2]) == nil)
    #expect(key.open([], for: [1]) == nil)
    #expect(key.open(Array(sealed.dropLast()), for: [1]) == nil)
    for index in sealed.indices {
      var flipped = sealed
      flipped[index] ^= 1
      #expect(key.open(flipped, for: [1]) == nil)
    }
    #expect(SealingKey([1, 2, 3]) == nil)
    #expect("\(key)" == "•••")
  }

  @Test("A text that libsodium sealed elsewhere opens: the draft's own example")
  func knownAnswer() throws {
    // draft-irtf-cfrg-xchacha-03, appendix A.3.1.
    func hex(_ text: String) -> [UInt8] {
      stride(from: 0, to: text.count, by: 2).map { offset in
        let start = text.index(text.startIndex, offsetBy: offset)
        return UInt8(text[start...].prefix(2), radix: 16) ?? 0
      }
    }
    let key = try #require(
      SealingKey(hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f")))
    let sealed = hex(
      "404142434445464748494a4b4c4d4e4f5051525354555657bd6d179d3e83d43b9576579493c0e939572a1700252bfacc"
        + "bed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945"
        + "b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b13b52ec0875924c1c7"
        + "987947deafd8780acf49")
    let text = try #require(key.open(sealed, for: hex("50515253c0c1c2c3c4c5c6c7")))
    #expect(String(decoding: text, as: UTF8.self).hasPrefix("Ladies and Gentlemen of the class of '99"))
  }
}
