package import Contract
package import PlaybackAPI

/// What of a session was last told to the others.
package struct PublishedProgress: Sendable, Equatable {
  package let state: PlayerState
  package let at: Timestamp

  package init(state: PlayerState, at: Timestamp) {
    self.state = state
    self.at = at
  }
}

/// Which heartbeats are worth an event: the first, a change of the player's state, and one in a while of playing.
package struct ProgressNewsRule: Sendable {
  let playingSeconds: Double
  /// A player that flaps between states is heard once a second; the last state always gets out, because the next
  /// heartbeat is compared with what was published, not with what was reported.
  static let flappingSeconds = 1.0

  package init(playingSeconds: Double) {
    self.playingSeconds = playingSeconds
  }

  package func isNews(_ state: PlayerState, at now: Timestamp, after published: PublishedProgress?) -> Bool {
    guard let published, state != .ended else { return true }
    // A wall clock that was set back must not silence a session.
    let elapsed = abs(now.seconds(since: published.at))
    if state != published.state { return elapsed >= Self.flappingSeconds }
    return state == .playing && elapsed >= playingSeconds
  }
}
