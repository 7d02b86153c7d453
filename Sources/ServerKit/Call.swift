package import Contract
import NIOCore
import NIOHTTP1

/// A request whose parameters and body have been decoded.
package struct Call<Parameters: Sendable, Body: Sendable>: Sendable {
  package let parameters: Parameters
  package let body: Body
  package let request: RequestInfo
}

/// A request as it came, its body still to be read.
package struct RawCall: Sendable {
  package let request: RequestInfo
  /// Those of the path, percent-decoded.
  package let parameters: [(name: String, value: String)]
  package let body: RequestBodyStream

  package func parameter(_ name: String) -> String? {
    parameters.first { $0.name == name }?.value
  }
}

/// What is known of a request besides its parameters and body.
package struct RequestInfo: Sendable {
  package let method: Contract.HTTPMethod
  /// Path and query, as sent.
  package let target: String
  /// Who asks, until when, in which trace; handed on to upstreams.
  package let context: CallContext
  /// The client's `x-request-id`, or the trace's id.
  package let requestID: String
  /// The address of the peer, which may be a proxy.
  package let remoteAddress: String?
  let fields: HTTPHeaders

  package func header(_ lowercaseName: String) -> String? {
    fields.first(name: lowercaseName)
  }

  /// All headers as they came, names in the client's spelling.
  package var headers: [(name: String, value: String)] { fields.map { ($0.name, $0.value) } }

  package var principal: Principal { context.principal }

  /// Where the client is: as the gateway saw it, or as a service that calls says. Nil where neither knows.
  package var clientAddress: NetworkAddress? { context.clientAddress }

  /// The signed-in account, or 401.
  package func account() throws(Problem) -> AccountID {
    guard let account = principal.account else { throw .unauthenticated("Sign in to do this.") }
    return account
  }

  /// The profile that the caller acts for, checked by the gateway to be the account's; 401 without an account.
  package func profile() throws(Problem) -> ProfileID {
    _ = try account()
    guard let profile = principal.profile else { throw .forbidden("This needs a profile of the account.") }
    return profile
  }

  /// `profile` must be the one the caller acts for: the one check against another's profile in a path.
  /// A service may act for any.
  package func requireProfile(_ profile: ProfileID) throws(Problem) {
    if principal.role == .service { return }
    guard try self.profile() == profile else { throw .notFound("There is no such profile.") }
  }

  /// `account` must be the caller's own; a service may act for any.
  package func requireAccount(_ account: AccountID) throws(Problem) {
    if principal.role == .service { return }
    guard try self.account() == account else { throw .notFound("There is no such account.") }
  }
}
