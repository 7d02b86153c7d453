import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// When and where titles may be shown, from the studio to every service that shows or plays them.
  @Suite struct AvailabilityTests {
    /// Whether a title is on the home page, by the list; in search; whether it has a page; whether it may be started.
    private func sights(
      of title: String, named name: String, by viewer: Viewer, as client: PublicClient
    ) async throws -> [Bool] {
      let profile = "/v1/profiles/\(viewer.profile)"
      let word = name.split(separator: " ").last ?? ""
      let found = try await client.get("\(profile)/search?q=\(word)").json["items"].items
      let start = try await client.post(
        "\(profile)/playback-sessions", json: #"{"titleId":"\#(title)","device":{"kind":"web"}}"#)
      return [
        String(decoding: try await client.get("\(profile)/home").body, as: UTF8.self).contains(title),
        found.contains { $0["titleId"].text == title },
        try await client.get("\(profile)/titles/\(title)").status == 200,
        start.status != 404,
      ]
    }

    @Test(
      "A title is there in its countries and in its time; another country counts from the next token",
      .timeLimit(.minutes(3)))
    func throughEveryService() async throws {
      let stack = try await SharedStack.instance.stack()
      let name = "Only w\(UUID().uuidString.prefix(8).lowercased())"
      let studio = try await stack.studio()
      let made = try await studio.post(
        "/v1/studio/titles",
        json: #"{"name":"\#(name)","year":2026,"maturity":"all","availability":{"territories":["DE"]}}"#)
      let title = try #require(made.json["id"].text, "\(made)")
      let window = "/v1/studio/titles/\(title)/availability"

      let vera = try await Viewer.signUp(at: stack.address)
      let listed = "/v1/profiles/\(vera.profile)/list/\(title)"
      try await eventually { [200, 204].contains(try await vera.client.send(.put, listed).status) }
      let everywhere = [true, true, true, true]
      try await eventually {
        try await sights(of: title, named: name, by: vera, as: vera.client) == everywhere
      }

      // No event tells of its end.
      let until = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)).adding(seconds: 3)
      let put = [("content-type", "application/json")]
      let bounded = try await studio.send(
        .put, window, body: Array(#"{"until":"\#(until)","territories":["DE"]}"#.utf8), headers: put)
      #expect(bounded.status == 200 && bounded.json["availability"]["until"].text == "\(until)")
      try await eventually {
        try await sights(of: title, named: name, by: vera, as: vera.client) == [false, false, false, false]
      }
      _ = try await studio.send(.put, window, body: Array(#"{"territories":["DE"]}"#.utf8), headers: put)
      try await eventually {
        try await sights(of: title, named: name, by: vera, as: vera.client) == everywhere
      }

      let moved = try await vera.client.send(
        .patch, "/v1/account", body: Array(#"{"country":"FR"}"#.utf8), headers: put)
      #expect(moved.status == 200)
      #expect(try await sights(of: title, named: name, by: vera, as: vera.client) == everywhere)
      let abroad = try await Viewer.logIn(at: stack.address, email: vera.email, password: vera.password)
      #expect(
        try await sights(of: title, named: name, by: vera, as: abroad) == [false, false, false, false])
    }
  }
}
