import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// Headless Chromium, driven by Playwright from the tools folder; `deploy/test` fetches both.
  @Suite(.enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"))
  struct BrowserTests {
    @Test(
      "A browser plays without a stall and resumes where it stopped", .timeLimit(.minutes(4)),
      arguments: ["native", "mse"])
    func watch(mode: String) async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let viewer = try await Viewer.signUp(at: stack.address)
      let seen = try await Browser.watch(film.title, as: viewer, at: stack.address, mode: mode)
      #expect(!seen["rows"].items.isEmpty)
      #expect(seen["begun"].bool == true)
      #expect(seen["stalls"].number == 0)
      #expect(seen["source"].text == (mode == "mse" ? "blob" : "http"))
      let stopped = try #require(seen["stopped"].number)
      let resumed = try #require(seen["resumed"].number)
      #expect(stopped >= 10)
      #expect(seen["label"].text == "Resume at 0:\(Int(stopped))")
      #expect(resumed >= stopped - 1 && resumed < stopped + 4, "stopped at \(stopped), resumed at \(resumed)")
      #expect(seen["errors"].items.isEmpty, "\(seen["errors"])")
    }

    @Test(
      "The page asks for PINs, hides the family from kids, and plays on when the plan is changed",
      .timeLimit(.minutes(4)))
    func family() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let viewer = try await Viewer.signUp(at: stack.address)
      #expect(try await viewer.client.post("/v1/profiles", json: #"{"name":"Kim","kids":true}"#).status == 201)
      let locked = try await viewer.client.send(
        .put, "/v1/profiles/\(viewer.profile)/pin",
        body: Array(#"{"pin":"4711","password":"\#(viewer.password)"}"#.utf8),
        headers: [("content-type", "application/json")])
      #expect(locked.status == 204)
      let seen = try await Browser.family(film.title, as: viewer, at: stack.address)
      #expect(seen["every"].items.compactMap(\.text) == ["Vera", "Kim"])
      #expect(seen["after"].items.compactMap(\.text) == ["Vera", "Kim"])
      #expect(seen["kids"].items.compactMap(\.text) == ["Kim"])
      #expect(seen["wrong"].text?.contains("PIN") == true)
      #expect(seen["chosen"].text == "/avatars/kite.svg")
      #expect(seen["starts"].number == 2 && seen["problem"].text == "")
      #expect(seen["faults"].items.isEmpty, "\(seen["faults"])")
    }

    @Test(
      "The page keeps a list and thumbs, takes a film out of the history, and takes it all back",
      .timeLimit(.minutes(3)))
    func opinions() async throws {
      let stack = try await SharedStack.instance.stack()
      let film = try await SharedStack.instance.playableFilm()
      let viewer = try await Viewer.signUp(at: stack.address)
      let started = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#)
      let session = "/v1/playback-sessions/\(try #require(started.json["id"].text))"
      let beat = try await viewer.client.post(
        "\(session)/heartbeats", json: #"{"positionSeconds":8,"state":"paused"}"#)
      #expect(beat.status == 200)
      #expect(try await viewer.client.send(.delete, session).status == 204)
      let home = "/v1/profiles/\(viewer.profile)/home"
      try await eventually {
        try await viewer.client.get(home).json["rows"][0]["kind"].text == "continueWatching"
      }
      let seen = try await Browser.run(
        "opinions.py", [stack.address, viewer.email, viewer.password, film.title])
      #expect(seen["statuses"].items.compactMap(\.number) == Array(repeating: 204, count: 6))
      let (before, said, after) = (seen["before"], seen["said"], seen["after"])
      #expect(before["list"].text == "false" && before["thumbs"].items.isEmpty && before["hide"].bool == true)
      #expect(before["play"].text == "Resume at 0:08")
      #expect(before["rows"].items.contains(.string("continueWatching")))
      #expect(said["list"].text == "true" && said["thumbs"].items.compactMap(\.text) == ["love"])
      #expect(said["play"].text == "Play" && said["hide"].bool == false)
      #expect(said["rows"].items.contains(.string("my-list")))
      #expect(!said["rows"].items.contains(.string("continueWatching")))
      #expect(after["list"].text == "false" && after["thumbs"].items.isEmpty)
      #expect(!after["rows"].items.contains(.string("my-list")))
      #expect(seen["faults"].items.isEmpty, "\(seen["faults"])")
    }
  }
}

enum Browser {
  private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Browser").path

  private static var tools: String {
    ProcessInfo.processInfo.environment["MATINEE_TOOLS"]
      ?? URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: ".matinee-tools").path
  }

  private static var python: String { tools + "/browser/bin/python3" }

  static var isAvailable: Bool {
    Shell.isAvailable("chromium") && FileManager.default.isExecutableFile(atPath: python)
  }

  static func watch(_ title: String, as viewer: Viewer, at address: String, mode: String) async throws -> JSONValue {
    let screenshots = ProcessInfo.processInfo.environment["MATINEE_SCREENSHOTS"]
    return try await run(
      "watch.py", [address, viewer.email, viewer.password, title, mode] + (screenshots.map { [$0] } ?? []))
  }

  static func family(_ title: String, as viewer: Viewer, at address: String) async throws -> JSONValue {
    let screenshots = ProcessInfo.processInfo.environment["MATINEE_SCREENSHOTS"]
    return try await run(
      "family.py", [address, viewer.email, viewer.password, title] + (screenshots.map { [$0] } ?? []))
  }

  /// What a script of the folder `Browser` has seen.
  static func run(_ script: String, _ arguments: [String]) async throws -> JSONValue {
    let command = ["env", python, "\(scripts)/\(script)", "/usr/bin/chromium"] + arguments
    let result = try await Shell.run(command)
    guard result.status == 0, let line = result.output.split(separator: "\n").last(where: { $0.hasPrefix("{") }) else {
      throw ShellError.failed(command, result.output)
    }
    return try JSONValue(parsing: Array(line.utf8))
  }
}
