package import AccountsAPI

/// What an account may play at once, and how sharp: what its plan gives, as accounts has told.
package struct PlaybackAllowance: Sendable, Equatable {
  /// Streams at once.
  package let streams: Int
  /// Pixels of a picture's shorter side.
  package let maxHeight: Int

  package init(streams: Int, maxHeight: Int) {
    self.streams = streams
    self.maxHeight = maxHeight
  }

  package init(_ entitlements: Entitlements) {
    self.init(streams: entitlements.streams, maxHeight: entitlements.maxHeight)
  }

  /// For an account of whose plan nothing has been heard yet: its first seconds, mostly.
  package static func byDefault(_ settings: PlaybackSettings) -> PlaybackAllowance {
    PlaybackAllowance(streams: settings.streamsByDefault, maxHeight: settings.maxHeightByDefault)
  }

  /// Which of the sessions that play may not go on: those opened for sharper pictures, and of the others the latest
  /// beyond the number of streams.
  ///
  /// - Parameter playing: oldest first; a session without a height was opened without a cap.
  package func beyond(_ playing: [OpenSession]) -> [OpenSession] {
    let sharper = playing.filter { session in session.maxHeight.map { $0 > maxHeight } ?? true }
    let others = playing.filter { session in session.maxHeight.map { $0 <= maxHeight } ?? false }
    return sharper + others.dropFirst(streams)
  }
}
