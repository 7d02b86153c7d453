import Contract
import SecurityKit
import Testing

@testable import AccountsService

@Suite struct RefreshTokenTests {
  private let key = HMACKey(Array("a key of this test".utf8))
  private let first = RefreshToken(first: LoginSessionID(seed: "s"), secret: [UInt8](repeating: 9, count: 32))

  @Test("A token is read back from its text")
  func roundTrip() throws {
    let read = try #require(RefreshToken(first.text(key), key: key))
    #expect(read.session == first.session)
    #expect(read.generation == 1)
    #expect(read.secret == first.secret)
    #expect(first.text(key).utf8.count <= RefreshToken.maximumBytes)
  }

  @Test("A successor is the same each time, another secret, and not to be had without the key")
  func successors() {
    let next = first.successor(key)
    #expect(next.text(key) == first.successor(key).text(key))
    #expect(next.generation == 2)
    #expect(next.hash != first.hash)
    #expect(first.successor(HMACKey([1])).secret != next.secret)
    #expect(next.successor(key).secret != next.secret)
  }

  @Test("What is stored does not show the secret")
  func hashed() {
    #expect(first.hash.count == 32)
    #expect(first.hash != first.secret)
  }

  @Test("A token sealed with another key, cut, lengthened or renumbered is no token")
  func forgeries() {
    let text = first.text(key)
    #expect(RefreshToken(text, key: HMACKey([1])) == nil)
    for place in text.indices {
      var cut = text
      cut.remove(at: place)
      #expect(RefreshToken(cut, key: key) == nil)
      var altered = text
      altered.replaceSubrange(place...place, with: text[place] == "A" ? "B" : "A")
      #expect(RefreshToken(altered, key: key) == nil)
    }
    for other in [text.replacing(".1.", with: ".2."), text.replacing(".1.", with: ".01."), text + "A", text + ".", ""] {
      #expect(RefreshToken(other, key: key) == nil)
    }
    #expect(RefreshToken(String(repeating: "a.", count: 500_000), key: key) == nil)
  }
}
