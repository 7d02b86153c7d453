import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import Synchronization
import TestKit
import Testing

@testable import AccountsService

/// A running accounts service, driven as the gateway drives it.
struct AccountsDriver: Sendable {
  let service: TestService
  let time: MovableTime

  static let password = "a long enough passphrase"
  static let quickHashes = ["ACCOUNTS_PASSWORD_MEMORY_KIB": "64", "ACCOUNTS_PASSWORD_PASSES": "1"]

  func context(
    _ principal: Principal = .anonymous, idempotencyKey: String? = nil, from address: String? = nil
  ) -> CallContext {
    var context = CallContext.test(principal)
    context.idempotencyKey = idempotencyKey
    context.clientAddress = address.flatMap { NetworkAddress($0) }
    return context
  }

  func signUp(
    _ email: String = "vera@matinee.example", password: String = password, idempotencyKey: String? = nil,
    from address: String? = nil
  ) async throws -> SignedUp {
    try await service.transport.call(
      AccountsEndpoints.signUp,
      body: SignUp(email: email, password: password, displayName: "Vera", country: "DE", plan: .premium),
      in: context(idempotencyKey: idempotencyKey, from: address))
  }

  func logIn(
    _ email: String = "vera@matinee.example", password: String = password, from address: String? = nil
  ) async throws -> LoggedIn {
    try await service.transport.call(
      AccountsEndpoints.logIn,
      body: LogIn(email: email, password: password, device: Device(name: "Sofa", kind: .tv)),
      in: context(from: address))
  }

  func refresh(_ token: String, from address: String? = nil) async throws -> Refreshed {
    try await service.transport.call(
      AccountsEndpoints.refresh, body: Refresh(refreshToken: token), in: context(from: address))
  }

  /// Whom an access token is of, by the published keys.
  func principal(_ accessToken: String) async throws -> Principal {
    let set = try await service.transport.call(AccountsEndpoints.jwks, in: context())
    let keys = VerifyingKeys(set.keys.compactMap { VerifyingKey(x: $0.x) })
    return try AccessToken.verify(accessToken, keys: keys, now: time.clock.now()).principal
  }

  /// A fresh account's principal.
  func newcomer(_ email: String) async throws -> Principal {
    try await principal(signUp(email).accessToken)
  }

  func createProfile(
    _ profile: NewProfile, as principal: Principal, idempotencyKey: String? = nil
  ) async throws -> Profile {
    try await service.transport.call(
      AccountsEndpoints.createProfile, body: profile, in: context(principal, idempotencyKey: idempotencyKey))
  }

  func profiles(as principal: Principal) async throws -> [Profile] {
    try await service.transport.call(AccountsEndpoints.profiles, in: context(principal)).items
  }

  /// All events so far, oldest first.
  func events() async throws -> [Event] {
    let answer = try await service.transport.send(
      TransportRequest(method: .get, target: "/internal/events?after=0", context: context(.service("test"))))
    return try answer.body.split(separator: UInt8(ascii: "\n")).map { try Event(json: Array($0)) }
  }

  /// The problem that `body` ends with.
  func problem<Value>(_ body: () async throws -> Value) async throws -> Problem {
    do {
      _ = try await body()
    } catch let problem as Problem {
      return problem
    }
    throw Unexpected()
  }

  struct Unexpected: Error {}
}

/// Runs `body` with accounts on a socket of its own, its clock in the test's hand.
func withAccounts(
  _ settings: [String: String] = AccountsDriver.quickHashes, home: String? = nil, time: MovableTime = MovableTime(),
  _ body: (AccountsDriver) async throws -> Void
) async throws {
  let service = try await TestService.start(AccountsModule.self, settings: settings, clock: time.clock, home: home)
  do {
    try await body(AccountsDriver(service: service, time: time))
    try await service.stop()
  } catch {
    try? await service.stop()
    throw error
  }
}

/// A clock that a test moves; it starts at the real time.
final class MovableTime: Sendable {
  private let offsetMilliseconds = Mutex<Int64>(0)

  func advance(seconds: Double) {
    offsetMilliseconds.withLock { $0 += Int64(seconds * 1000) }
  }

  var clock: WallClock {
    WallClock {
      var now = WallClock.system.now()
      now.milliseconds += self.offsetMilliseconds.withLock { $0 }
      return now
    }
  }
}

/// A folder that is removed when the test lets go of it.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "accounts-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
