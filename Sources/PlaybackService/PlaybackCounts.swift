package import PlaybackAPI
package import TelemetryKit

/// What playback counts for `/metrics`.
package struct PlaybackCounts: Sendable {
  private let starts: Counter
  private let heartbeats: Counter
  private let contentKeys: Counter

  package init(_ metrics: Metrics, leases: StreamLeases) {
    starts = metrics.counter(
      "playback_starts_total", help: "Playback sessions asked for, by outcome.", labels: ["outcome"])
    heartbeats = metrics.counter(
      "playback_heartbeats_total", help: "Heartbeats on disk, by the player's state.", labels: ["state"])
    contentKeys = metrics.counter(
      "playback_content_keys_total", help: "Keys of encrypted assets asked for by players, by outcome.",
      labels: ["outcome"])
    metrics.observe("playback_leases", help: "Stream leases that are held.") { Double(leases.count) }
  }

  package func heartbeat(_ state: PlayerState) {
    heartbeats.increment(by: 1, [state.rawValue])
  }

  /// Counts how a start went.
  package func counting<Answer>(_ start: () async throws -> Answer) async throws -> Answer {
    do {
      let answer = try await start()
      starts.increment(by: 1, ["started"])
      return answer
    } catch {
      starts.increment(by: 1, [outcome(of: error)])
      throw error
    }
  }

  /// Counts whether a key was given.
  package func givingKey<Answer>(_ give: () throws -> Answer) throws -> Answer {
    do {
      let answer = try give()
      contentKeys.increment(by: 1, ["given"])
      return answer
    } catch {
      contentKeys.increment(by: 1, ["refused"])
      throw error
    }
  }

  private func outcome(of error: any Error) -> String {
    switch error as? PlaybackError {
    case .tooManyStreams: "too_many_streams"
    case .notPlayable: "not_playable"
    case .titleNotFound: "title_not_found"
    case nil: "failed"
    default: "refused"
    }
  }
}
