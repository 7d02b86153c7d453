package import Contract

package enum PlaybackExportEndpoints {
  /// For the gateway, which has found the profile among the account's.
  package static let export = Endpoint<ProfileExportPath, Empty, PlaybackExport>(
    "playback.export", .get, "/internal/accounts/{account}/profiles/{profile}/export", access: .service,
    summary: "All that playback keeps of a profile.")
}

/// All that playback keeps of a profile, whatever it may see of it now.
package struct PlaybackExport: Codable, Sendable {
  package struct Rated: Codable, Sendable, Hashable {
    package var titleId: TitleID
    package var thumbs: Thumbs
    package var ratedAt: Timestamp

    package init(titleId: TitleID, thumbs: Thumbs, ratedAt: Timestamp) {
      self.titleId = titleId
      self.thumbs = thumbs
      self.ratedAt = ratedAt
    }
  }

  package struct Session: Codable, Sendable, Hashable {
    package var id: PlaybackSessionID
    package var titleId: TitleID
    package var startedAt: Timestamp
    package var endedAt: Timestamp?

    package init(id: PlaybackSessionID, titleId: TitleID, startedAt: Timestamp, endedAt: Timestamp?) {
      self.id = id
      self.titleId = titleId
      self.startedAt = startedAt
      self.endedAt = endedAt
    }
  }

  package var history: [HistoryEntry]
  package var list: [ListEntry]
  package var ratings: [Rated]
  package var playbackSessions: [Session]

  package init(history: [HistoryEntry], list: [ListEntry], ratings: [Rated], playbackSessions: [Session]) {
    self.history = history
    self.list = list
    self.ratings = ratings
    self.playbackSessions = playbackSessions
  }
}
