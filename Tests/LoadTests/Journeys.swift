import Contract
import Foundation
import TestKit

/// What viewers do, step by step, over the public API. Each step is timed; the first counts from when it was due.
struct Journeys: Sendable {
  let viewers: [Viewer]
  /// Ids of titles that can be played.
  let playable: [String]
  /// Sessions that are already playing, for lone heartbeats.
  let sessions: [(viewer: Int, id: String)]
  let recorder: Recorder

  private static let words = ["night", "sintel", "comedy", "chaplin", "dream", "general", "horror", "buster"]

  func run(_ journey: Journey, number: Int, due: ContinuousClock.Instant) async {
    let viewer = viewers[number % viewers.count]
    do {
      switch journey {
      case .browse: try await browse(viewer, due)
      case .search: try await search(viewer, number, due)
      case .play: try await play(viewer, number, due)
      case .heartbeat: try await heartbeat(number, due)
      }
    } catch {
      // The step that failed is recorded where it failed; the rest of the journey does not happen.
    }
  }

  private func browse(_ viewer: Viewer, _ due: ContinuousClock.Instant) async throws {
    let home = try await step("home", from: due) { try await viewer.client.get("/v1/profiles/\(viewer.profile)/home") }
    guard let title = home.json["rows"][0]["cards"][0]["titleId"].text else { return }
    _ = try await step("title") { try await viewer.client.get("/v1/profiles/\(viewer.profile)/titles/\(title)") }
  }

  private func search(_ viewer: Viewer, _ number: Int, _ due: ContinuousClock.Instant) async throws {
    let word = Self.words[number % Self.words.count]
    var from: ContinuousClock.Instant? = due
    for length in [3, word.count] {
      _ = try await step("search", from: from) {
        try await viewer.client.get("/v1/profiles/\(viewer.profile)/search?q=\(word.prefix(length))")
      }
      from = nil
    }
  }

  private func play(_ viewer: Viewer, _ number: Int, _ due: ContinuousClock.Instant) async throws {
    guard !playable.isEmpty else { return recorder.fail("play start", "no playable title") }
    let title = playable[number % playable.count]
    let started = try await step("play start", from: due) {
      try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(title)","device":{"kind":"web","maxHeight":1080}}"#)
    }
    guard let id = started.json["id"].text, let master = started.json["manifests"]["hls"].text else { return }
    let stream = StreamReader(viewer: viewer)
    let playlists = try await step("master playlist") { try await viewer.client.get(master) }
    for media in stream.firstRenditions(in: playlists.body, at: master) {
      let list = try await step("media playlist") { try await viewer.client.get(media) }
      for part in stream.firstParts(2, in: list.body, at: media) {
        _ = try await step("segment") { try await viewer.client.get(part.target, headers: part.headers) }
      }
    }
    for position in [1, 3] {
      _ = try await step("heartbeat") { try await beat(viewer, id, Double(position)) }
    }
    _ = try await step("play stop") { try await viewer.client.send(.delete, "/v1/playback-sessions/\(id)") }
  }

  private func heartbeat(_ number: Int, _ due: ContinuousClock.Instant) async throws {
    guard !sessions.isEmpty else { return recorder.fail("heartbeat", "no session") }
    let session = sessions[number % sessions.count]
    _ = try await step("heartbeat", from: due) {
      try await beat(viewers[session.viewer], session.id, Double(number % 5))
    }
  }

  private func beat(_ viewer: Viewer, _ id: String, _ position: Double) async throws -> PublicClient.Answer {
    try await viewer.client.post(
      "/v1/playback-sessions/\(id)/heartbeats", json: #"{"positionSeconds":\#(position),"state":"playing"}"#)
  }

  /// Times one step; anything but a success is an error and ends the journey.
  private func step(
    _ name: String, from due: ContinuousClock.Instant? = nil, _ call: () async throws -> PublicClient.Answer
  ) async throws -> PublicClient.Answer {
    let start = due ?? .now
    let answer: PublicClient.Answer
    do {
      answer = try await call()
    } catch {
      recorder.fail(name, "no answer")
      throw error
    }
    guard (200..<300).contains(answer.status) else {
      recorder.fail(name, String(answer.status))
      throw UnexpectedAnswer(answer)
    }
    recorder.record(name, .now - start, bytes: answer.body.count)
    return answer
  }
}

/// The little of HLS that fetching a stream's first parts needs.
struct StreamReader {
  let viewer: Viewer

  /// The lowest rendition of the picture and the first of the sound.
  func firstRenditions(in master: [UInt8], at address: String) -> [String] {
    let text = String(decoding: master, as: UTF8.self)
    let sound = text.firstMatch(of: /TYPE=AUDIO[^\n]*URI="([^"]+)"/).map { String($0.1) }
    let picture = text.firstMatch(of: /#EXT-X-STREAM-INF[^\n]*\n([^\n#]+)/).map { String($0.1) }
    return [picture, sound].compactMap { $0 }.map { resolve($0, against: address) }
  }

  /// The initialisation section and the first segments, with ranges where the playlist has them.
  func firstParts(
    _ count: Int, in playlist: [UInt8], at address: String
  ) -> [(target: String, headers: [(name: String, value: String)])] {
    let text = String(decoding: playlist, as: UTF8.self)
    var parts: [(target: String, headers: [(name: String, value: String)])] = []
    if let map = text.firstMatch(of: /#EXT-X-MAP:URI="([^"]+)"(?:,BYTERANGE="(\d+)@(\d+)")?/) {
      parts.append((resolve(String(map.1), against: address), range(map.2.map(String.init), map.3.map(String.init))))
    }
    for segment in text.matches(of: /#EXTINF[^\n]*\n(?:#EXT-X-BYTERANGE:(\d+)(?:@(\d+))?\n)?([^\n#]+)/).prefix(count) {
      parts.append(
        (resolve(String(segment.3), against: address), range(segment.1.map(String.init), segment.2.map(String.init))))
    }
    return parts
  }

  private func range(_ length: String?, _ offset: String?) -> [(name: String, value: String)] {
    guard let length = length.flatMap({ Int($0) }), let offset = offset.flatMap({ Int($0) }) else { return [] }
    return [("range", "bytes=\(offset)-\(offset + length - 1)")]
  }

  private func resolve(_ reference: String, against address: String) -> String {
    reference.hasPrefix("/")
      ? reference : address.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/" + reference
  }
}
