import ClientKit
import Contract
import SecurityKit
import ServerKit
import TestKit
import Testing

@Suite("Remembered tokens")
struct AuthenticatorTests {
  private let keys = StackKeys.ephemeral()
  private let time = ManualClock()

  private func role(_ authenticator: InternalTokenAuthenticator, _ token: String) async throws -> Principal.Role {
    try await authenticator.authenticate(
      Probe.hello, header: { $0 == "authorization" ? "Internal \(token)" : nil }, parameters: []
    ).role
  }

  private func mint(_ principal: Principal) -> String {
    InternalToken.mint(principal, audience: "probe", now: time.now, keys: keys)
  }

  @Test("A token that was found good opens no door for another, and callers are told apart")
  func apart() async throws {
    let authenticator = InternalTokenAuthenticator(audience: "probe", keys: keys, clock: time.clock)
    for _ in 0..<2 {
      #expect(try await role(authenticator, mint(viewer)) == .viewer)
      #expect(try await role(authenticator, mint(.service("bus"))) == .service)
      await #expect(throws: (any Error).self) { try await role(authenticator, mint(viewer) + "x") }
      await #expect(throws: (any Error).self) { try await role(authenticator, "") }
    }
  }

  @Test("A remembered token is refused once it has expired")
  func expires() async throws {
    let authenticator = InternalTokenAuthenticator(audience: "probe", keys: keys, clock: time.clock)
    let token = mint(viewer)
    time.advance(seconds: 58)
    #expect(try await role(authenticator, token) == .viewer)
    time.advance(seconds: 11)
    await #expect(throws: InternalTokenError.self) { try await role(authenticator, token) }
  }

  @Test("More tokens than are kept still all work")
  func bounded() async throws {
    let authenticator = InternalTokenAuthenticator(audience: "probe", keys: keys, clock: time.clock, capacity: 4)
    for index in 0..<50 {
      #expect(try await role(authenticator, mint(.service("s\(index)"))) == .service)
    }
  }
}
