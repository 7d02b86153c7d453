import ClientKit
package import Contract
import Foundation

/// Talks to Matinee as any outsider would: plain HTTP, no internal tokens, no types of ours in the answers.
package struct PublicClient: Sendable {
  package struct Answer: Sendable {
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: [UInt8]

    /// The body, null where it is not JSON.
    package var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
  }

  private static let loop = CurlLoop()
  private let transport: CurlTransport
  package var accessToken: String?

  package init(address: String, accessToken: String? = nil) {
    transport = CurlTransport(loop: Self.loop, upstream: "stack", baseURL: address)
    self.accessToken = accessToken
  }

  package func send(
    _ method: HTTPMethod, _ target: String, body: [UInt8] = [], headers: [(name: String, value: String)] = [],
    within limit: Duration = .seconds(20)
  ) async throws -> Answer {
    var all = headers
    if let accessToken, !all.contains(where: { $0.name == "authorization" }) {
      all.append(("authorization", "Bearer \(accessToken)"))
    }
    let response = try await transport.send(
      TransportRequest(
        method: method, target: target, headers: all, body: body,
        context: CallContext(principal: .anonymous, deadline: .after(limit))))
    return Answer(status: response.status, headers: response.headers, body: response.body)
  }

  package func get(_ target: String, headers: [(name: String, value: String)] = []) async throws -> Answer {
    try await send(.get, target, headers: headers)
  }

  package func post(
    _ target: String, json: String, headers: [(name: String, value: String)] = []
  ) async throws -> Answer {
    try await send(.post, target, body: Array(json.utf8), headers: [("content-type", "application/json")] + headers)
  }
}

// MARK: - What every journey begins with

/// A signed-in viewer with a profile.
package struct Viewer: Sendable {
  package let client: PublicClient
  package let email: String
  package let password: String
  package let profile: String

  package init(client: PublicClient, email: String, password: String, profile: String) {
    self.client = client
    self.email = email
    self.password = password
    self.profile = profile
  }

  private static let testPassword = "a viewer for tests only"

  /// The account of that address with its first profile; made where it is not there yet.
  package static func known(as email: String, at address: String) async throws -> Viewer {
    guard let client = try? await logIn(at: address, email: email, password: testPassword) else {
      return try await signUp(as: email, at: address)
    }
    let profiles = try await client.get("/v1/profiles")
    guard let id = profiles.json["items"][0]["id"].text else { throw UnexpectedAnswer(profiles) }
    return Viewer(client: client, email: email, password: testPassword, profile: id)
  }

  /// A fresh account.
  package static func signUp(at address: String) async throws -> Viewer {
    try await signUp(as: "viewer-\(UUID().uuidString.lowercased())@example.test", at: address)
  }

  private static func signUp(as email: String, at address: String) async throws -> Viewer {
    let password = testPassword
    let guest = PublicClient(address: address)
    let account = try await guest.post(
      "/v1/accounts",
      json: #"{"email":"\#(email)","password":"\#(password)","displayName":"Vera","country":"DE","plan":"premium"}"#)
    guard account.status == 201, let token = account.json["accessToken"].text else { throw UnexpectedAnswer(account) }
    let client = PublicClient(address: address, accessToken: token)
    let profile = try await client.post(
      "/v1/profiles", json: #"{"name":"Vera","language":"en","maturityLimit":"18","kids":false}"#)
    guard profile.status == 201, let id = profile.json["id"].text else { throw UnexpectedAnswer(profile) }
    return Viewer(client: client, email: email, password: password, profile: id)
  }

  package static func logIn(
    at address: String, email: String, password: String
  ) async throws -> PublicClient {
    let answer = try await PublicClient(address: address).post(
      "/v1/sessions",
      json: #"{"email":"\#(email)","password":"\#(password)","device":{"name":"test","kind":"web"}}"#)
    guard answer.status == 201, let token = answer.json["accessToken"].text else { throw UnexpectedAnswer(answer) }
    return PublicClient(address: address, accessToken: token)
  }
}

package struct UnexpectedAnswer: Error, CustomStringConvertible {
  let answer: PublicClient.Answer

  package init(_ answer: PublicClient.Answer) {
    self.answer = answer
  }

  package var description: String { "\(answer.status): \(String(decoding: answer.body.prefix(2000), as: UTF8.self))" }
}
