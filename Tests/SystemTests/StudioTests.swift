import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// What operators see of experiments, models and the replay in the page of the gateway.
  @Suite(.enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"))
  struct StudioTests {
    private func studio(_ stack: RunningStack, _ action: String, _ name: String) async throws -> JSONValue {
      let screenshots = ProcessInfo.processInfo.environment["MATINEE_SCREENSHOTS"]
      return try await Browser.run(
        "studio.py",
        [stack.address, stack.operator.email, stack.operator.password, action, name] + (screenshots.map { [$0] } ?? []))
    }

    /// A profile that looks at its page, and plays the film where it is told to.
    private func watch(
      _ film: String, as number: Int, playing: Bool, of viewer: Viewer
    ) async throws {
      let made = try await viewer.client.post(
        "/v1/profiles", json: #"{"name":"P\#(number)","language":"en","maturityLimit":"18","kids":false}"#)
      let profile = "/v1/profiles/\(try #require(made.json["id"].text, "\(made)"))"
      let page = try await viewer.client.get("\(profile)/home").json
      let titles = page["rows"].items.flatMap { $0["cards"].items }.compactMap { $0["titleId"].text }
      #expect(titles.contains(film))
      let seen = titles.map { "\"\($0)\"" }.joined(separator: ",")
      let reported = try await viewer.client.post(
        "\(profile)/impressions", json: #"{"pageId":"\#(page["id"].text ?? "")","titleIds":[\#(seen)]}"#)
      #expect(reported.status == 200)
      guard playing else { return }
      let started = try await viewer.client.post(
        "\(profile)/playback-sessions", json: #"{"titleId":"\#(film)","device":{"kind":"web"}}"#)
      let session = try #require(started.json["id"].text, "\(started)")
      #expect(try await viewer.client.send(.delete, "/v1/playback-sessions/\(session)").status == 204)
    }

    @Test(
      "An experiment is begun in the studio, told from its plays with intervals, and ended there",
      .timeLimit(.minutes(4)))
    func experiment() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm().title
      let name = "Chance \(UUID().uuidString.prefix(8))"
      let begun = try await studio(stack, "begin", name)
      #expect(begun["nameless"].text == "must have 1 to 80 characters" && begun["focused"].text == "name")
      #expect(begun["calibration"].text == "must be 0 to 1" && begun["cleared"].text == "")
      #expect(begun["alert"].text == "arms must have names of their own")
      #expect(begun["heading"].text == "\(name) running")
      #expect(begun["arms"].items.map { $0[1].text } == ["0", "0"])
      #expect(begun["faults"].items.isEmpty, "\(begun["faults"])")

      // Chance puts profiles on either side; an interval needs two of them on each.
      let list = try await stack.studio().get("/v1/studio/experiments").json
      let id = try #require(list["items"].items.first { $0["name"].text == name }?["id"].text)
      var profiles = 0
      var viewer = try await Viewer.signUp(at: stack.address)
      while true {
        let report = try await stack.studio().get("/v1/studio/experiments/\(id)").json
        if report["arms"].items.allSatisfy({ ($0["profiles"].number ?? 0) >= 2 }) { break }
        try #require(profiles < 40)
        profiles += 1
        if profiles % 4 == 0 { viewer = try await Viewer.signUp(at: stack.address) }
        try await watch(film, as: profiles, playing: profiles == 1, of: viewer)
      }
      try await eventually {
        let report = try await stack.studio().get("/v1/studio/experiments/\(id)").json
        return report["arms"].items.compactMap { $0["plays"].number }.reduce(0, +) >= 1
      }

      let ended = try await studio(stack, "end", name)
      let arms = ended["arms"].items
      #expect(arms.compactMap { $0[0].text } == ["as it is", "no chance"])
      let shown = arms.compactMap { $0[1].text.flatMap { Int($0) } }
      // Others may be at work on this stack meanwhile.
      #expect(shown.count == 2 && shown.allSatisfy { $0 >= 2 } && shown.reduce(0, +) >= profiles)
      #expect(arms.compactMap { $0[4].text.flatMap { Int($0) } }.reduce(0, +) >= 1)
      // Of each arm both rates, and what the second is ahead of the first.
      let plots = ended["plots"].items.compactMap(\.text)
      #expect(plots.count == 5 && plots.allSatisfy { $0.contains(" to ") }, "\(plots)")
      #expect(ended["verdict"].text?.isEmpty == false && ended["models"].text?.isEmpty == false)
      #expect(ended["replay"].number == 4)
      #expect(ended["wide"].number == 400, "the page is wider than a telephone")
      #expect(ended["left"].number == 0)
      #expect(ended["faults"].items.isEmpty, "\(ended["faults"])")
      let after = try await stack.studio().get("/v1/studio/experiments/\(id)").json
      #expect(after["experiment"]["endedAt"].text != nil)
    }

    @Test(
      "The studio says which arm is ahead, and shows models in every state, also one it has never heard of",
      .timeLimit(.minutes(2)))
    func told() async throws {
      let seen = try await studio(SharedStack.instance.stack(), "told", "-")
      let drafted = seen["drafted"]
      #expect(drafted[0].text == "Viewers prefer “rival”.")
      let cells = drafted[1][0].items.compactMap(\.text)
      #expect(Array(cells.prefix(4)) == ["rival", "20", "60", "4"])
      #expect(cells.last?.contains("74.0 % 63.0 % – 82.0 %") == true, "\(cells)")
      #expect(drafted[2].text == "rival: ordered by popularity alone, calibration 0")
      #expect(
        seen["compared"].text == "Titles of “better” are begun more often than those of “first”. "
          + "Titles of “worse” are begun less often than those of “first”.")
      #expect(
        seen["states"].items.compactMap(\.text) == [
          "not ahead", "serves", "refused", "damaged", "other format", "some new state", "removed",
        ])
      #expect(
        seen["pins"].items.compactMap(\.text) == ["Pin model 7", "Pin model 6", "Pin model 2"], "\(seen["pins"])")
      #expect(
        seen["leads"].items.compactMap(\.text) == ["−0.002, −0.022 to +0.018", "+0.030, +0.010 to +0.050"],
        "\(seen["leads"])")
      #expect(seen["first"].text == "Model 6 serves.")
      #expect(seen["pinned"].text == "Model 7 serves, pinned until it is released.")
      #expect(seen["focused"].text == "studio-models")
      let asked = seen["asked"].items
      #expect(asked.compactMap { $0[0].text } == ["PUT", "DELETE"] && asked.first?[1]["version"].number == 7)
      #expect(seen["faults"].items.isEmpty, "\(seen["faults"])")
    }

    @Test("A viewer is told that the studio is not for viewers")
    func viewer() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let seen = try await Browser.run("studio.py", [stack.address, viewer.email, viewer.password, "viewer"])
      #expect(seen["said"].text?.contains("for operators") == true && seen["link"].bool == false)
      #expect(seen["faults"].items.isEmpty, "\(seen["faults"])")
    }
  }
}
