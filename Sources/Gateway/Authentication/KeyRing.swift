import AccountsAPI
import ClientKit
import Contract
import SecurityKit
import ServiceLifecycle
import Synchronization

/// The public keys of access tokens, asked of accounts: at the first token, again when a token names a key that is not
/// known, at most once per interval whatever the tokens claim, and every few minutes, so that a key that was withdrawn
/// is forgotten.
final class KeyRing: Sendable {
  private static let askingInterval: Duration = .seconds(1)

  private struct State {
    var keys = VerifyingKeys([])
    var answeredAt: ContinuousClock.Instant?
  }

  private enum Question { case keys }

  private let accounts: any Transport
  private let state = Mutex(State())
  private let flight = SingleFlight<Question, VerifyingKeys>(upstream: "accounts", flightTime: .seconds(1))

  init(accounts: any Transport) {
    self.accounts = accounts
  }

  var keys: VerifyingKeys { state.withLock { $0.keys } }

  /// Asks accounts unless it answered just now; a fault of accounts is thrown, and the keys stay.
  func refresh() async throws -> VerifyingKeys {
    let (keys, answeredAt) = state.withLock { ($0.keys, $0.answeredAt) }
    if let answeredAt, answeredAt.duration(to: .now) < Self.askingInterval { return keys }
    return try await flight.value(for: .keys, within: .after(.seconds(1))) { [self] deadline in
      let answer = try await accounts.call(
        AccountsEndpoints.jwks, in: CallContext(principal: .service("gateway"), deadline: deadline))
      let fresh = VerifyingKeys(answer.keys.compactMap { VerifyingKey(x: $0.x) })
      state.withLock { $0 = State(keys: fresh, answeredAt: .now) }
      return fresh
    }
  }
}

/// Asks for the keys anew every so often. While accounts does not answer, those that are known stay.
struct KeyRefresh: Service {
  static let interval = Duration.seconds(300)

  let keyRing: KeyRing

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.interval)) != nil { _ = try? await keyRing.refresh() }
    }
  }
}
