import Contract
import Testing

@testable import SecurityKit

@Suite struct MediaTokenTests {
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private let keys = StackKeys.ephemeral()
  private let asset = AssetID(seed: "asset")

  private func token(keyID: String = "1") -> MediaToken {
    MediaToken(
      session: PlaybackSessionID(seed: "s"), profile: ProfileID(seed: "p"), asset: asset,
      expires: now.adding(seconds: 90), keyID: keyID)
  }

  private func verified(_ text: String, asset other: AssetID? = nil, at time: Timestamp? = nil) throws -> MediaToken {
    try MediaToken.verify(Substring(text), asset: other ?? asset, now: time ?? now, keys: keys)
  }

  @Test("A signed token gives back what it was made of, and is one plain path segment")
  func roundTrip() throws {
    let text = token().sign(with: keys)
    #expect(try verified(text) == token())
    #expect(PercentEncoding.encode(text) == text)
    #expect(text.utf8.count <= MediaToken.maximumBytes)
  }

  @Test("A height that caps the renditions is sealed in, and a token without one is as it was")
  func height() throws {
    var capped = token()
    capped.maxHeight = 720
    let text = capped.sign(with: keys)
    #expect(try verified(text).maxHeight == 720)
    #expect(text.hasPrefix("m2.") && text.utf8.count <= MediaToken.maximumBytes)
    #expect(try verified(token().sign(with: keys)).maxHeight == nil)
    for other in [".719.", ".1080.", ".0720.", ".-720.", "..", "."] {
      #expect(throws: MediaTokenError.self) { try verified(text.replacing(".720.", with: other)) }
    }
    #expect(throws: MediaTokenError.self) { try verified(text.replacing("m2.", with: "m1.")) }
    capped.maxHeight = 0
    #expect(throws: MediaTokenError.malformed) { try verified(capped.sign(with: keys)) }
  }

  @Test("A token opens its own asset and no other")
  func otherAsset() {
    #expect(throws: MediaTokenError.forged) {
      try verified(token().sign(with: keys), asset: AssetID(seed: "another"))
    }
  }

  @Test("A token ends with its expiry, to the second")
  func expiry() {
    let text = token().sign(with: keys)
    #expect((try? verified(text, at: now.adding(seconds: 89.999))) != nil)
    #expect(throws: MediaTokenError.expired) { try verified(text, at: now.adding(seconds: 90)) }
  }

  @Test("Another stack's token is refused, and so is a key we do not have")
  func otherKeys() {
    #expect(throws: MediaTokenError.forged) { try verified(token().sign(with: .ephemeral())) }
    let text = token().sign(with: keys).replacing("m1.1.", with: "m1.2.")
    #expect(throws: MediaTokenError.unknownKey) { try verified(text) }
  }

  @Test("A token that asks for a key the stack has not got is sealed with the newest")
  func unknownKeyAtSigning() throws {
    #expect(try verified(token(keyID: "77").sign(with: keys)).keyID == "1")
  }

  @Test(
    "Texts that are no token are refused", arguments: ["", ".", "m1", ".....", "m1.1....", "..%2f", "m1.1.a.b.c.d"])
  func garbage(text: String) {
    #expect((try? verified(text)) == nil)
    #expect((try? verified(text + String(repeating: "x", count: 100_000))) == nil)
  }

  @Test("None of 10,000 mutations of a media token is accepted")
  func mutations() {
    let genuine = token().sign(with: keys)
    var later = token()
    later.expires = now.adding(seconds: 100_000)
    later.profile = ProfileID(seed: "q")
    later.maxHeight = 1080
    var mutations = Mutations(of: genuine, and: later.sign(with: keys), seed: 3)
    for _ in 0..<10_000 {
      let text = mutations.next()
      if (try? verified(text)) != nil { Issue.record("accepted \(text)") }
    }
  }
}
