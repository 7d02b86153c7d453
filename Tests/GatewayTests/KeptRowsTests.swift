import Contract
import TestKit
import Testing

@testable import Gateway

@Suite struct KeptRowsTests {
  private static let profile = "/v1/profiles/\(Sample.profile)"

  @Test("What a profile tells recommendations outdates its kept rows; what it asks, and what it has seen, does not")
  func outdates() async throws {
    let recommendations = StubTransport { request in
      request.target.hasSuffix("/rows") || request.target.contains("/rows?")
        ? try .json(Sample.rows([])) : TransportResponse(status: 200, body: Array("{}".utf8))
    }
    try await ProfileDoor().open(besides: ["recommendations": recommendations]) { client, _ in
      func rowsAsked() async throws -> Int {
        let home = try await client.get("\(Self.profile)/home")
        #expect(home.status == 200)
        return recommendations.requests.count { $0.target.hasPrefix("/internal/profiles/") }
      }
      let (first, again) = (try await rowsAsked(), try await rowsAsked())
      #expect(first == 1 && again == 1)
      #expect(try await client.get("\(Self.profile)/onboarding").status == 200)
      #expect(try await rowsAsked() == 1)
      let seen = #"{"pageId":"\#(RequestID(seed: "page"))","titleIds":[]}"#
      #expect(try await client.post("\(Self.profile)/impressions", json: seen).status == 200)
      #expect(try await rowsAsked() == 1)
      #expect(try await client.send(.delete, "\(Self.profile)/taste").status == 200)
      #expect(try await rowsAsked() == 2)
    }
  }
}
