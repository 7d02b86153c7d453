import Contract
import Testing

@testable import SecurityKit

@Suite struct AccessTokenTests {
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private let key: SigningKey
  private let keys: VerifyingKeys
  private let claims: AccessClaims

  init() throws {
    key = try #require(SigningKey(seed: [UInt8](repeating: 5, count: 32)))
    let retired = try #require(SigningKey(seed: [UInt8](repeating: 6, count: 32)))
    keys = VerifyingKeys([retired.verifyingKey, key.verifyingKey])
    claims = AccessClaims(
      account: AccountID(seed: "a"), loginSession: LoginSessionID(seed: "s"), role: .viewer, issuedAt: now,
      expiresAt: now.adding(seconds: 300))
  }

  /// Signs whatever it is given, as a bad issuer would.
  private func token(_ header: String, _ payload: String, key signer: SigningKey? = nil) -> String {
    let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
    return signed + "." + Base64URL.encode((signer ?? key).sign(Array(signed.utf8)))
  }

  private var goodHeader: String { #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(key.verifyingKey.keyID)"}"# }

  /// The members of a good token, with `members` in their place; an empty value leaves its member out.
  private func payload(_ members: [String: String] = [:]) -> String {
    let standard: [(String, String)] = [
      ("iss", #""matinee-accounts""#), ("aud", #""matinee-api""#), ("sub", #""\#(claims.account)""#),
      ("sid", #""\#(claims.loginSession)""#), ("role", #""viewer""#), ("iat", "1800000000"), ("exp", "1800000300"),
    ]
    let known = standard.map { name, value in (name, members[name] ?? value) }.filter { !$0.1.isEmpty }
    let added = members.filter { member in !standard.contains { $0.0 == member.key } }.map { ($0, $1) }
    return "{" + (known + added).map { #""\#($0)":\#($1)"# }.joined(separator: ",") + "}"
  }

  private func isAccepted(_ text: String, at time: Timestamp? = nil) -> Bool {
    (try? AccessToken.verify(text, keys: keys, now: time ?? now)) != nil
  }

  @Test(
    "Which profile uses the session is in the claims, and nothing of it where it was never said",
    arguments: [
      ProfileBinding(profile: ProfileID(seed: "p"), kids: true, version: 1),
      ProfileBinding(profile: ProfileID(seed: "p"), kids: false, version: 70_000),
      ProfileBinding(profile: nil, kids: false, version: 2),
    ])
  func binding(binding: ProfileBinding) throws {
    var bound = claims
    bound.binding = binding
    let text = AccessToken.mint(bound, key: key)
    #expect(text.utf8.count <= AccessToken.maximumBytes)
    #expect(try AccessToken.verify(text, keys: keys, now: now) == bound)
    #expect(!isAccepted(token(goodHeader, payload(["binding": "1"]))))
    #expect(!isAccepted(token(goodHeader, payload(["binding": "1", "kids": "1", "profile": #""acc_x""#]))))
    #expect(!isAccepted(token(goodHeader, payload(["binding": #""1""#, "kids": "1"]))))
    #expect(try AccessToken.verify(token(goodHeader, payload()), keys: keys, now: now).binding == .none)
  }

  @Test("The account's country is in the claims; a token without one is of before there was any")
  func country() throws {
    var german = claims
    german.territory = Territory("DE")
    let text = AccessToken.mint(german, key: key)
    #expect(try AccessToken.verify(text, keys: keys, now: now) == german)
    #expect(german.principal.place == Territory("DE").map(Audience.Place.territory))
    #expect(try AccessToken.verify(token(goodHeader, payload()), keys: keys, now: now).principal.place == .unknown)
    for country in ["\"de\"", "\"DEU\"", "\"\"", "49"] {
      #expect(!isAccepted(token(goodHeader, payload(["country": country]))))
    }
  }

  @Test("A minted token gives its claims back")
  func roundTrip() throws {
    let text = AccessToken.mint(claims, key: key)
    #expect(try AccessToken.verify(text, keys: keys, now: now) == claims)
    var studio = claims
    studio.role = .operator
    #expect(try AccessToken.verify(AccessToken.mint(studio, key: key), keys: keys, now: now) == studio)
  }

  @Test("A token is good from a minute before its issue to a minute after its expiry, and no longer")
  func times() {
    let text = AccessToken.mint(claims, key: key)
    #expect(isAccepted(text, at: now.adding(seconds: -60)))
    #expect(!isAccepted(text, at: now.adding(seconds: -61)))
    #expect(isAccepted(text, at: now.adding(seconds: 359)))
    #expect(throws: AccessTokenError.expired) {
      try AccessToken.verify(text, keys: keys, now: now.adding(seconds: 360))
    }
  }

  @Test("A header that says anything but what we mint is refused, however well it is signed")
  func headers() throws {
    let id = key.verifyingKey.keyID
    #expect(isAccepted(token(goodHeader, payload())))
    #expect(isAccepted(token(#"{ "kid": "\#(id)", "typ": "at+jwt", "alg": "EdDSA" }"#, payload())))
    for header in [
      #"{"alg":"none","typ":"at+jwt","kid":"\#(id)"}"#,
      #"{"alg":"NONE","typ":"at+jwt","kid":"\#(id)"}"#,
      #"{"alg":"HS256","typ":"at+jwt","kid":"\#(id)"}"#,
      #"{"alg":"eddsa","typ":"at+jwt","kid":"\#(id)"}"#,
      #"{"alg":"EdDSA","typ":"JWT","kid":"\#(id)"}"#,
      #"{"alg":"EdDSA","kid":"\#(id)"}"#,
      #"{"alg":"EdDSA","typ":"at+jwt"}"#,
      #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(id)","crit":"exp"}"#,
      #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(id)","jku":"https://evil.example/jwks"}"#,
      #"{"alg":"EdDSA","typ":"at+jwt","jwk":{"kty":"OKP","crv":"Ed25519","x":"\#(key.verifyingKey.x)"}}"#,
      #"{"alg":"none","alg":"EdDSA","typ":"at+jwt","kid":"\#(id)"}"#,
      #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(id)"}{}"#,
      #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(id)",}"#,
      #"{"\u0061lg":"EdDSA","typ":"at+jwt","kid":"\#(id)"}"#,
      #"["EdDSA"]"#, "", "{}",
    ] {
      #expect(!isAccepted(token(header, payload())), "\(header)")
    }
  }

  @Test("An unsigned token, and one signed with our public key as if it were a shared secret, are refused")
  func confusions() {
    let genuine = AccessToken.mint(claims, key: key)
    let parts = genuine.split(separator: ".")
    let none = Base64URL.encode(#"{"alg":"none"}"#.utf8) + "." + parts[1]
    let symmetric =
      Base64URL.encode(#"{"alg":"HS256","typ":"at+jwt","kid":"\#(key.verifyingKey.keyID)"}"#.utf8) + "." + parts[1]
    let code = Sodium.hmacSHA256(key: key.verifyingKey.bytes, symmetric.utf8)
    for text in [
      none + ".", none, symmetric + "." + Base64URL.encode(code), genuine + ".", genuine + "." + parts[2],
      "." + genuine, "\(parts[0]).\(parts[1]).", "..", "", "\(parts[0])..\(parts[2])",
      genuine + "=", " " + genuine, genuine + "\n",
    ] {
      #expect(!isAccepted(text), "\(text)")
    }
  }

  @Test("Claims that are missing, doubled, of another type or out of bounds are refused, however well signed")
  func badClaims() {
    let bad: [[String: String]] = [
      ["iss": #""someone""#], ["iss": ""], ["aud": #""other""#], ["aud": ""],
      ["aud": #"["matinee-api"]"#],
      ["sub": ""], ["sub": #""\#(claims.loginSession)""#], ["sub": #""""#], ["sid": ""], ["sid": "1"],
      ["role": #""service""#], ["role": #""anonymous""#], ["role": #""root""#], ["role": ""],
      ["iat": ""], ["iat": #""1800000000""#], ["iat": "1800000061"], ["iat": "-1"],
      ["exp": ""], ["exp": "1.8e9"], ["exp": "1800000000"], ["exp": "1799999999"], ["exp": "1800003601"],
      ["exp": "99999999999999999999"], ["exp": "01800000300"], ["exp": "null"],
      ["extra": #"{"a":{}}"#], ["extra": "true"], ["extra": #""a\u0000b""#], [#"sub":"x","sub"#: #""y""#],
    ]
    #expect(isAccepted(token(goodHeader, payload())))
    #expect(isAccepted(token(goodHeader, payload(["later": #""a claim of a later version""#]))))
    for members in bad { #expect(!isAccepted(token(goodHeader, payload(members))), "\(members)") }
    let doubled = payload().dropLast() + #","role":"operator"}"#
    #expect(!isAccepted(token(goodHeader, String(doubled))))
  }

  @Test("A text longer than a token can be is refused unread")
  func oversized() {
    #expect(!isAccepted(token(goodHeader, payload(["pad": "\"\(String(repeating: "a", count: 900))\""]))))
    #expect(!isAccepted(String(repeating: "A", count: 1_000_000)))
    #expect(!isAccepted(token(goodHeader, String(repeating: "[", count: 500))))
  }

  @Test("A stranger's signature under our key's name, and a key we do not know, are refused")
  func strangers() throws {
    let stranger = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
    #expect(throws: AccessTokenError.forged) {
      try AccessToken.verify(token(goodHeader, payload(), key: stranger), keys: keys, now: now)
    }
    #expect(throws: AccessTokenError.unknownKey) {
      try AccessToken.verify(AccessToken.mint(claims, key: stranger), keys: keys, now: now)
    }
  }

  @Test("None of 10,000 mutations of an access token is accepted")
  func mutations() {
    let genuine = AccessToken.mint(claims, key: key)
    var other = claims
    other.account = AccountID(seed: "b")
    var mutations = Mutations(of: genuine, and: AccessToken.mint(other, key: key), seed: 1)
    #expect(isAccepted(genuine))
    for _ in 0..<10_000 {
      let text = mutations.next()
      if isAccepted(text) { Issue.record("accepted \(text)") }
    }
  }
}
