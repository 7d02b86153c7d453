import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// A person does all there is to do, and is erased: nothing of it is left in any file of the stack.
  @Suite struct ErasureTests {
    /// In everything the person says of itself.
    private let needle = "xyzzyvera"

    private struct Person {
      var client: PublicClient
      var email: String
      var password: String
      var profile: String
    }

    private func signUp(_ word: String, on stack: RunningStack) async throws -> Person {
      let (email, password) = ("\(word)@\(word).example", "a pass phrase of \(word)")
      let guest = PublicClient(address: stack.address)
      let account = try await guest.post(
        "/v1/accounts",
        json: """
          {"email":"\(email)","password":"\(password)","displayName":"\(word) Display","country":"DE","plan":"premium"}
          """, headers: [("idempotency-key", "sign-up-\(word)")])
      guard account.status == 201, let token = account.json["accessToken"].text else { throw UnexpectedAnswer(account) }
      let client = PublicClient(address: stack.address, accessToken: token)
      let profile = try await client.post(
        "/v1/profiles", json: #"{"name":"\#(word) One","language":"de-x-\#(word)"}"#,
        headers: [("idempotency-key", "profile-\(word)")])
      let known = profile.status == 201 ? profile : try await client.post("/v1/profiles", json: #"{"name":"\#(word)"}"#)
      guard known.status == 201, let id = known.json["id"].text else { throw UnexpectedAnswer(known) }
      return Person(client: client, email: email, password: password, profile: id)
    }

    /// Logs in by name, watches, lists, rates, searches, hides.
    private func live(_ person: Person, _ word: String, watching film: Film, on stack: RunningStack) async throws {
      let own = "/v1/profiles/\(person.profile)"
      _ = try await PublicClient(address: stack.address).post(
        "/v1/sessions",
        json:
          #"{"email":"\#(person.email)","password":"\#(person.password)","device":{"name":"\#(word) TV","kind":"tv"}}"#
      )
      let client = person.client
      let started = try await client.post(
        "\(own)/playback-sessions", json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#,
        headers: [("idempotency-key", "play-\(word)"), ("user-agent", "Browser of \(word)")])
      guard let session = started.json["id"].text else { throw UnexpectedAnswer(started) }
      for (position, state) in [(0.5, "playing"), (2.5, "paused")] {
        let beat = try await client.post(
          "/v1/playback-sessions/\(session)/heartbeats", json: #"{"positionSeconds":\#(position),"state":"\#(state)"}"#)
        #expect(beat.status == 200)
      }
      #expect(try await client.send(.put, "\(own)/list/\(film.title)").status == 204)
      let thumbs = try await client.send(
        .put, "\(own)/ratings/\(film.title)", body: Array(#"{"thumbs":"love"}"#.utf8),
        headers: [("content-type", "application/json")])
      #expect(thumbs.status == 204)
      #expect(try await client.get("\(own)/search?q=\(word)").status == 200)
    }

    private func files(of stack: RunningStack, with text: String) -> [String] {
      guard let walker = FileManager.default.enumerator(atPath: stack.home) else { return ["nothing can be read"] }
      return walker.compactMap { $0 as? String }.filter { path in
        FileManager.default.contents(atPath: stack.home + "/" + path)?.range(of: Data(text.utf8)) != nil
      }
    }

    private func count(of text: String, in path: String) -> Int {
      guard let data = FileManager.default.contents(atPath: path) else { return 0 }
      var (count, rest) = (0, data.startIndex..<data.endIndex)
      while let found = data.range(of: Data(text.utf8), in: rest) {
        count += 1
        rest = found.upperBound..<data.endIndex
      }
      return count
    }

    private func isContinued(_ film: Film, by person: Person) async throws -> Bool {
      let page = try await person.client.get("/v1/profiles/\(person.profile)/home")
      let row = page.json["rows"].items.first { $0["kind"].text == "continueWatching" }
      return row?["cards"].items.contains { $0["titleId"].text == film.title } == true
    }

    @Test("Who is erased leaves no byte in any database, log or mailbox; others keep theirs", .timeLimit(.minutes(4)))
    func erases() async throws {
      let stack = try await RunningStack.start()
      defer { stack.stop() }
      let film = try await Film.encode(on: stack, named: "The Watched", seconds: 4)
      let kept = try await signUp("keptperson", on: stack)
      let vera = try await signUp(needle, on: stack)
      for (person, word) in [(kept, "keptperson"), (vera, needle)] {
        try await eventually(within: .seconds(10)) {
          try await person.client.get("/v1/profiles/\(person.profile)/titles/\(film.title)").json["playable"].bool
            == true
        }
        try await live(person, word, watching: film, on: stack)
        try await eventually(within: .seconds(10)) { try await isContinued(film, by: person) }
      }

      // A deleted profile takes its list and thumbs along, to the last byte.
      let database = stack.home + "/playback/playback.db"
      func traces() -> Int { count(of: film.title, in: database) + count(of: film.title, in: database + "-wal") }
      let second = try await vera.client.post("/v1/profiles", json: #"{"name":"\#(needle) Two"}"#)
      let two = "/v1/profiles/\(try #require(second.json["id"].text))"
      #expect(try await vera.client.send(.put, "\(two)/list/\(film.title)").status == 204)
      let thumbs = try await vera.client.send(
        .put, "\(two)/ratings/\(film.title)", body: Array(#"{"thumbs":"up"}"#.utf8),
        headers: [("content-type", "application/json")])
      #expect(thumbs.status == 204)
      #expect(try await vera.client.get("\(two)/list").json["items"][0]["titleId"].text == film.title)
      #expect(try await vera.client.send(.delete, two).status == 204)
      // The titles' row, and of each who watched history and list (row and index), thumbs, session and kept answer.
      try await eventually(within: .seconds(20)) { traces() == 1 + 2 * 7 }
      try await eventually(within: .seconds(5)) { try await vera.client.get("\(two)/list").status == 404 }

      // One document with all of it.
      let export = try await vera.client.get("/v1/account/export")
      #expect(export.status == 200)
      #expect(export.json["account"]["email"].text == vera.email)
      let viewing = export.json["profiles"][0]["viewing"]
      for part in ["history", "list", "ratings"] { #expect(viewing[part][0]["titleId"].text == film.title, "\(part)") }
      #expect(export.json["profiles"][0]["recommendations"]["watches"][0]["titleId"].text == film.title)
      #expect(!files(of: stack, with: needle).isEmpty)

      let erase = Array(#"{"password":"\#(vera.password)"}"#.utf8)
      let json = [(name: "content-type", value: "application/json")]
      let wrong = try await vera.client.send(
        .delete, "/v1/account", body: Array(#"{"password":"not the one it is"}"#.utf8), headers: json)
      #expect(wrong.status == 403)
      #expect(try await vera.client.send(.delete, "/v1/account", body: erase, headers: json).status == 204)

      try await eventually(within: .seconds(5)) { try await vera.client.get("/v1/profiles").status == 401 }
      let logIn = try await PublicClient(address: stack.address).post(
        "/v1/sessions",
        json: #"{"email":"\#(vera.email)","password":"\#(vera.password)","device":{"name":"tv","kind":"tv"}}"#)
      #expect(logIn.status == 401)
      try await eventually(within: .seconds(20)) { files(of: stack, with: needle).isEmpty }
      // Of the two who watched one is left.
      try await eventually(within: .seconds(20)) { traces() == 1 + 7 }
      #expect(!files(of: stack, with: "keptperson").isEmpty)

      // What is sealed for ever stops nobody: views are made anew from the same events, and nothing is a dead letter.
      #expect(try await stack.command("rebuild", "recommendations/recommendations-playback") == 0)
      try await eventually(within: .seconds(20)) { try await isContinued(film, by: kept) }
      let studio = try await stack.studio()
      #expect(try await studio.get("/v1/studio/dead-letters").json["items"].items.isEmpty)
      let rest = try await kept.client.get("/v1/account/export")
      #expect(rest.json["profiles"][0]["viewing"]["history"][0]["titleId"].text == film.title)
      // Her events are still there, and tell nothing but ids.
      let bus = stack.home + "/bus/bus.db"
      #expect(count(of: vera.profile, in: bus) + count(of: vera.profile, in: bus + "-wal") > 0)
    }
  }
}
