import Contract
import Testing

@testable import SecurityKit

@Suite struct InternalTokenTests {
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private let keys = StackKeys.ephemeral()
  private let viewer = Principal(
    role: .viewer, account: AccountID(seed: "a"), loginSession: LoginSessionID(seed: "s"),
    profile: ProfileID(seed: "p"), maturityLimit: .twelve)

  private var abroad: Principal {
    var principal = viewer
    principal.territory = Territory("NZ")
    return principal
  }

  private func verified(_ text: String, audience: String = "catalog", at time: Timestamp? = nil) throws -> Principal {
    try InternalToken.verify(text, audience: audience, now: time ?? now, keys: keys)
  }

  @Test("Every kind of principal arrives as it was sent")
  func roundTrip() throws {
    for principal in [
      viewer, .anonymous, .service("gateway"), Principal(role: .operator, account: AccountID(seed: "o")),
      Principal(role: .viewer, maturityLimit: .all), abroad,
    ] {
      let text = InternalToken.mint(principal, audience: "catalog", now: now, keys: keys)
      #expect(try verified(text) == principal)
      #expect(text.utf8.count <= InternalToken.maximumBytes)
    }
  }

  @Test("A token opens the service it was made for and no other")
  func audience() {
    let text = InternalToken.mint(viewer, audience: "catalog", now: now, keys: keys)
    #expect(throws: InternalTokenError.wrongAudience) { try verified(text, audience: "playback") }
  }

  @Test("A token is good for a minute and the skew of two clocks, and never longer")
  func times() {
    let text = InternalToken.mint(viewer, audience: "catalog", now: now, keys: keys)
    #expect((try? verified(text, at: now.adding(seconds: 64))) != nil)
    #expect(throws: InternalTokenError.expired) { try verified(text, at: now.adding(seconds: 65)) }
    #expect((try? verified(text, at: now.adding(seconds: -5))) != nil)
    #expect(throws: InternalTokenError.expired) { try verified(text, at: now.adding(seconds: -6)) }
  }

  @Test("Another stack's token is refused")
  func otherStack() {
    let text = InternalToken.mint(viewer, audience: "catalog", now: now, keys: .ephemeral())
    #expect(throws: InternalTokenError.forged) { try verified(text) }
  }

  @Test("A service whose name would shift the fields is refused, not misread")
  func injection() {
    for service in ["x.operator", "x.DE"] {
      for territory in [nil, Territory("FR")] {
        let sly = Principal(role: .viewer, territory: territory, service: service)
        #expect((try? verified(InternalToken.mint(sly, audience: "catalog", now: now, keys: keys))) == nil)
      }
    }
    let text = InternalToken.mint(viewer, audience: "catalog.1800000060.service", now: now, keys: keys)
    #expect((try? verified(text)) == nil)
  }

  @Test("Texts that are no token are refused", arguments: ["", ".", "i1", "........", "i1.........", "Internal x"])
  func garbage(text: String) {
    #expect((try? verified(text)) == nil)
    #expect((try? verified(text + String(repeating: "x", count: 100_000))) == nil)
  }

  @Test("None of 10,000 mutations of an internal token is accepted")
  func mutations() {
    let genuine = InternalToken.mint(viewer, audience: "catalog", now: now, keys: keys)
    let sibling = InternalToken.mint(.service("gateway"), audience: "catalog", now: now, keys: keys)
    var mutations = Mutations(of: genuine, and: sibling, seed: 2)
    for _ in 0..<10_000 {
      let text = mutations.next()
      if (try? verified(text)) != nil { Issue.record("accepted \(text)") }
    }
  }
}

@Suite struct InternalTokenMintTests {
  @Test("The same caller and callee get the same token for thirty seconds, then a fresh one")
  func reuse() throws {
    let keys = StackKeys.ephemeral()
    let time = MovableTime()
    let mint = InternalTokenMint(keys: keys, clock: time.clock)
    let first = mint.token(for: .anonymous, audience: "catalog")
    time.advance(seconds: 29)
    #expect(mint.token(for: .anonymous, audience: "catalog") == first)
    #expect(mint.token(for: .anonymous, audience: "playback") != first)
    #expect(mint.token(for: .service("bus"), audience: "catalog") != first)
    time.advance(seconds: 2)
    let second = mint.token(for: .anonymous, audience: "catalog")
    #expect(second != first)
    #expect(try InternalToken.verify(second, audience: "catalog", now: time.clock.now(), keys: keys) == .anonymous)
  }

  @Test("A clock that is set back makes fresh tokens, not tokens from the future")
  func clockSetBack() throws {
    let keys = StackKeys.ephemeral()
    let time = MovableTime()
    let mint = InternalTokenMint(keys: keys, clock: time.clock)
    _ = mint.token(for: .anonymous, audience: "catalog")
    time.advance(seconds: -3600)
    let text = mint.token(for: .anonymous, audience: "catalog")
    #expect(try InternalToken.verify(text, audience: "catalog", now: time.clock.now(), keys: keys) == .anonymous)
  }

  @Test("However many callers there are, no more tokens are held than the capacity")
  func bounded() {
    let mint = InternalTokenMint(keys: .ephemeral(), clock: MovableTime().clock, capacity: 100)
    for number in 0..<1000 {
      _ = mint.token(for: Principal(role: .viewer, account: AccountID(seed: "\(number)")), audience: "catalog")
      #expect(mint.count <= 100)
    }
  }
}
