package import Contract

/// What playback answers.
package enum PlaybackEndpoints {
  package static let start = Endpoint<PlaybackProfilePath, StartPlayback, PlaybackSession>(
    "playback.start", .post, "/v1/profiles/{profile}/playback-sessions", access: .viewer, status: 201,
    summary: "May this profile play this now? Opens a session with its manifests.")

  package static let heartbeat = Endpoint<SessionPath, Heartbeat, HeartbeatAnswer>(
    "playback.heartbeat", .post, "/v1/playback-sessions/{session}/heartbeats", access: .viewer,
    summary: "Where the player is; keeps the session's lease.")

  package static let stop = Endpoint<SessionPath, Empty, Empty>(
    "playback.stop", .delete, "/v1/playback-sessions/{session}", access: .viewer,
    summary: "End a session; its media addresses stop working.")

  package static let history = Endpoint<HistoryQuery, Empty, Page<HistoryEntry>>(
    "playback.history", .get, "/v1/profiles/{profile}/history", access: .viewer,
    summary: "What was watched, latest first.")

  /// For the composed pages: where a profile stopped in each title it has begun, its list and its thumbs.
  package static let resumePoints = Endpoint<ResumeQuery, Empty, ResumePoints>(
    "playback.resumePoints", .get, "/internal/profiles/{profile}/resume-points", access: .viewer,
    summary: "Resume points, latest first, with my list and thumbs.")
}

package struct PlaybackProfilePath: Codable, Sendable {
  package var profile: ProfileID

  package init(profile: ProfileID) {
    self.profile = profile
  }
}

package struct SessionPath: Codable, Sendable {
  package var session: PlaybackSessionID

  package init(session: PlaybackSessionID) {
    self.session = session
  }
}

package struct HistoryQuery: Codable, Sendable {
  package var profile: ProfileID
  package var limit: Int?
  package var cursor: String?

  package init(profile: ProfileID, limit: Int? = nil, cursor: String? = nil) {
    self.profile = profile
    self.limit = limit
    self.cursor = cursor
  }
}

package struct ResumeQuery: Codable, Sendable {
  package var profile: ProfileID
  package var limit: Int?

  package init(profile: ProfileID, limit: Int? = nil) {
    self.profile = profile
    self.limit = limit
  }
}
