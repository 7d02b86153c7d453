import Contract
import EventKit
import Foundation
import PlaybackAPI
import Synchronization
import TestKit

/// Playback as delivery sees it: a snapshot, and events after it.
final class FakePlayback: Sendable {
  private struct State {
    var snapshot: [PlaybackSnapshotLine] = []
    var events: [[UInt8]] = []
    var isAway = false
  }

  private let state = Mutex(State())
  private static let epoch = "epoch"

  init(ended: [PlaybackSnapshotLine.EndedSession] = []) {
    state.withLock { $0.snapshot = ended.map { PlaybackSnapshotLine(endedSession: $0) } }
  }

  /// From now on playback cannot be reached, or can again.
  func setAway(_ isAway: Bool) {
    state.withLock { $0.isAway = isAway }
  }

  func end(_ session: PlaybackSessionID, mediaExpiresAt: Timestamp) throws {
    let body = PlaybackEnded(
      sessionId: session, profileId: ProfileID(seed: "p"), titleId: TitleID(seed: "t"), positionSeconds: 0,
      durationSeconds: 1, watchedSeconds: 0, reason: .stopped, mediaExpiresAt: mediaExpiresAt, at: mediaExpiresAt)
    try state.withLock { state in
      let header = EventHeader(
        id: EventID(at: mediaExpiresAt), source: "/playback", type: PlaybackEnded.type, subject: "p",
        time: mediaExpiresAt, seq: Int64(state.events.count + 1), epoch: Self.epoch, traceparent: nil)
      state.events.append(try Event(header: header, data: JSON.encode(body)).json)
    }
  }

  /// In place of the network: playback's own feed. The bus is away.
  var upstreams: [String: any Transport] {
    [
      "playback": StubTransport { try self.answer($0) },
      "bus": StubTransport { _ in throw TransportError.unreachable(upstream: "bus", reason: "away") },
    ]
  }

  private func answer(_ request: TransportRequest) throws -> TransportResponse {
    let state = state.withLock { $0 }
    guard !state.isAway else { throw TransportError.unreachable(upstream: "playback", reason: "away") }
    let lines: [[UInt8]]
    if request.target.hasPrefix("/internal/snapshot") {
      lines = try state.snapshot.map { try JSON.encode($0) }
    } else {
      let query = PercentEncoding.query(request.target.drop { $0 != "?" }.dropFirst()) ?? []
      let after = query.first { $0.name == "after" }.flatMap { Int($0.value) } ?? 0
      lines = Array(state.events.dropFirst(after))
    }
    return TransportResponse(
      status: 200,
      headers: [
        (EventHeaders.epoch, Self.epoch), (EventHeaders.seq, "0"), (EventHeaders.oldest, "1"),
        ("content-type", JSONLines.contentType),
      ], body: JSONLines.join(lines))
  }
}
