import CacheKit
package import Contract
package import SecurityKit

/// Says who makes a request, and from where.
package protocol Authenticator: Sendable {
  /// The caller; `anonymous` is an answer, for the endpoint's `access` to judge. Throws a ``Problem``, usually 401.
  ///
  /// - Parameters:
  ///   - header: the value of a header by its lower-case name.
  ///   - parameters: those of the path.
  func authenticate(
    _ endpoint: any EndpointDescription, header: (_ lowercaseName: String) -> String?,
    parameters: [(name: String, value: String)]
  ) async throws -> Principal

  /// The client's address, of a request that was authenticated.
  ///
  /// - Parameters:
  ///   - peer: the other end of the connection.
  ///   - header: the values of all lines of a header, joined by commas, by its lower-case name.
  func clientAddress(peer: String?, header: (_ lowercaseName: String) -> String?) -> NetworkAddress?
}

extension Authenticator {
  /// What the calling service says of its client.
  package func clientAddress(peer: String?, header: (_ lowercaseName: String) -> String?) -> NetworkAddress? {
    header(NetworkAddress.header).flatMap { NetworkAddress($0) }
  }
}

/// `authorization: Internal <token>`, meant for this service. Tokens found good are remembered until they expire,
/// at most `capacity` of them.
package final class InternalTokenAuthenticator: Authenticator {
  private struct Verified {
    let principal: Principal
    let until: Timestamp
  }

  private let audience: String
  private let keys: StackKeys
  private let clock: WallClock
  private let verified: BoundedCache<String, Verified>

  /// A token is looked at anew after this long, at the latest.
  private static let rememberedSeconds = 10.0

  package init(audience: String, keys: StackKeys, clock: WallClock, capacity: Int = 1024) {
    self.audience = audience
    self.keys = keys
    self.clock = clock
    verified = BoundedCache(limit: capacity)
  }

  package func authenticate(
    _ endpoint: any EndpointDescription, header: (_ lowercaseName: String) -> String?,
    parameters: [(name: String, value: String)]
  ) async throws -> Principal {
    guard let line = header("authorization"), line.hasPrefix("\(InternalToken.scheme) ") else {
      throw Problem.unauthenticated("A call between services needs a valid internal token.")
    }
    let now = clock.now()
    if let known = verified[line], now < known.until { return known.principal }
    let principal = try InternalToken.verify(
      line.dropFirst(InternalToken.scheme.count + 1), audience: audience, now: now, keys: keys)
    verified[line] = Verified(principal: principal, until: now.adding(seconds: Self.rememberedSeconds))
    return principal
  }
}

extension Access {
  /// Throws 401 to whom signing in would help, 403 to others.
  func admit(_ principal: Principal) throws(Problem) {
    if admits(principal.role) { return }
    throw principal.role == .anonymous
      ? .unauthenticated("Sign in to do this.")
      : .forbidden("This is not for \(principal.role.rawValue)s.")
  }
}
