import Contract
import TestKit
import Testing

extension SystemTests {
  /// What a viewer sees of recommendations, and says to them, in the page of the gateway.
  @Suite struct TasteTests {
    /// Enough for a page that one can scroll.
    private func addTitles(to stack: RunningStack) async throws {
      let titles = (1...8).map { #"{"key":"taste-\#($0)","name":"Taste \#($0)","year":2026,"maturity":"all"}"# }
      let added = try await stack.studio().post(
        "/v1/studio/titles/import", json: #"{"titles":[\#(titles.joined(separator: ","))]}"#)
      #expect([200, 201].contains(added.status), "\(added)")
    }

    @Test(
      "What came into view is reported; what a viewer does not want is gone from home until it is wanted again",
      .enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"),
      .timeLimit(.minutes(3)))
    func taste() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      try await addTitles(to: stack)
      let viewer = try await Viewer.signUp(at: stack.address)
      let started = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#)
      let session = try #require(started.json["id"].text)
      #expect(try await viewer.client.send(.delete, "/v1/playback-sessions/\(session)").status == 204)

      let seen = try await Browser.run("taste.py", [stack.address, viewer.email, viewer.password])
      #expect(seen["dwelt"][0].number == 200 && (seen["dwelt"][1].number ?? 0) > 0)
      #expect(seen["clicked"].number == 200)
      #expect(seen["statuses"].items.compactMap(\.number) == [204, 204, 204])
      #expect(seen["gone"].bool == true)
      let name = try #require(seen["name"].text)
      #expect(seen["said"].text?.contains(name) == true)
      #expect(seen["faults"].items.isEmpty, "\(seen["faults"])")
    }

    @Test("Every card of a page says what it is shown for and how it came there, and no title is twice on it")
    func cards() async throws {
      let stack = try await SharedStack.instance.stack()
      try await addTitles(to: stack)
      let viewer = try await Viewer.signUp(at: stack.address)
      let home = "/v1/profiles/\(viewer.profile)/home"
      try await eventually {
        try await viewer.client.get(home).json["rows"].items.contains { $0["cards"].items.count > 3 }
      }
      let page = try await viewer.client.get(home).json
      let cards = page["rows"].items.flatMap { $0["cards"].items }
      let titles = cards.compactMap { $0["titleId"].text }
      #expect(titles.count > 3 && Set(titles).count == titles.count)
      for card in cards {
        #expect(card["reason"]["text"].text?.isEmpty == false)
        #expect(card["requestId"].text == page["id"].text)
        #expect(card["modelVersion"].text?.isEmpty == false)
        #expect((card["propensity"].number ?? 0) > 0)
      }
      let report = "/v1/profiles/\(viewer.profile)/impressions"
      let body = #"{"pageId":"\#(page["id"].text ?? "")","titleIds":["\#(titles[0])"]}"#
      #expect(try await viewer.client.post(report, json: body).json["recorded"].number == 1)
      #expect(try await viewer.client.post(report, json: body).json["recorded"].number == 0)
      let taste = try await viewer.client.get("/v1/profiles/\(viewer.profile)/taste")
      #expect(taste.status == 200 && taste.json["summary"].text?.isEmpty == false)
    }
  }
}
