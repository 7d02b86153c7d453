package import Contract

/// Subject: the profile's id. Here as below the title, and the seconds that would betray it, are personal: nil and 0
/// for who has no key.
package struct PlaybackStarted: PersonalEventBody {
  package static let type = "playback.session.started.v1"
  package var sessionId: PlaybackSessionID
  package var profileId: ProfileID
  package var accountId: AccountID
  package var titleId: TitleID?
  package var startedAt: Timestamp

  package init(
    sessionId: PlaybackSessionID, profileId: ProfileID, accountId: AccountID, titleId: TitleID?, startedAt: Timestamp
  ) {
    self.sessionId = sessionId
    self.profileId = profileId
    self.accountId = accountId
    self.titleId = titleId
    self.startedAt = startedAt
  }

  package func withoutPersonalData() -> PlaybackStarted {
    var body = self
    body.titleId = nil
    return body
  }
}

/// Subject: the profile's id. Sent on the first heartbeat, on a change of the player's state, and at most every
/// 30 s of playing: not every heartbeat is news.
package struct PlaybackProgressed: PersonalEventBody {
  package static let type = "playback.session.progressed.v1"
  package var sessionId: PlaybackSessionID
  package var profileId: ProfileID
  package var titleId: TitleID?
  package var positionSeconds: Double
  package var durationSeconds: Double
  /// Seconds of this title the profile has watched, over all sessions.
  package var watchedSeconds: Double
  package var state: PlayerState
  package var at: Timestamp

  package init(
    sessionId: PlaybackSessionID, profileId: ProfileID, titleId: TitleID?, positionSeconds: Double,
    durationSeconds: Double, watchedSeconds: Double, state: PlayerState, at: Timestamp
  ) {
    self.sessionId = sessionId
    self.profileId = profileId
    self.titleId = titleId
    self.positionSeconds = positionSeconds
    self.durationSeconds = durationSeconds
    self.watchedSeconds = watchedSeconds
    self.state = state
    self.at = at
  }

  package func withoutPersonalData() -> PlaybackProgressed {
    var body = self
    body.titleId = nil
    (body.positionSeconds, body.durationSeconds, body.watchedSeconds) = (0, 0, 0)
    return body
  }
}

/// Subject: the profile's id. The session's media addresses stop working.
package struct PlaybackEnded: PersonalEventBody {
  package static let type = "playback.session.ended.v1"
  package enum Reason: String, Codable, Sendable {
    case stopped, ended, leaseExpired, profileDeleted, signedOut
    /// The account's plan no longer gives so many streams, or so sharp ones: started anew, it may go on.
    case planChanged
    /// The profile was given a PIN that this log-in session has not entered.
    case profileLocked
  }
  package var sessionId: PlaybackSessionID
  package var profileId: ProfileID
  package var titleId: TitleID?
  package var positionSeconds: Double
  package var durationSeconds: Double
  package var watchedSeconds: Double
  package var reason: Reason
  /// When the last media token of this session expires by itself: it need not be remembered after that.
  package var mediaExpiresAt: Timestamp
  package var at: Timestamp

  package init(
    sessionId: PlaybackSessionID, profileId: ProfileID, titleId: TitleID?, positionSeconds: Double,
    durationSeconds: Double, watchedSeconds: Double, reason: Reason, mediaExpiresAt: Timestamp, at: Timestamp
  ) {
    self.sessionId = sessionId
    self.profileId = profileId
    self.titleId = titleId
    self.positionSeconds = positionSeconds
    self.durationSeconds = durationSeconds
    self.watchedSeconds = watchedSeconds
    self.reason = reason
    self.mediaExpiresAt = mediaExpiresAt
    self.at = at
  }

  package func withoutPersonalData() -> PlaybackEnded {
    var body = self
    body.titleId = nil
    (body.positionSeconds, body.durationSeconds, body.watchedSeconds) = (0, 0, 0)
    return body
  }
}

/// One line of playback's snapshot, for those who begin after the events' retention: exactly one member is there.
package struct PlaybackSnapshotLine: Codable, Sendable {
  /// A session that ended before its media tokens expire.
  package struct EndedSession: Codable, Sendable, Hashable {
    package var sessionId: PlaybackSessionID
    package var mediaExpiresAt: Timestamp

    package init(sessionId: PlaybackSessionID, mediaExpiresAt: Timestamp) {
      self.sessionId = sessionId
      self.mediaExpiresAt = mediaExpiresAt
    }
  }

  /// What a profile has watched of a title, over all its sessions.
  package struct Viewing: Codable, Sendable, Hashable {
    package var profileId: ProfileID
    package var titleId: TitleID
    package var positionSeconds: Double
    package var durationSeconds: Double
    package var watchedSeconds: Double
    package var lastWatchedAt: Timestamp

    package init(
      profileId: ProfileID, titleId: TitleID, positionSeconds: Double, durationSeconds: Double,
      watchedSeconds: Double, lastWatchedAt: Timestamp
    ) {
      self.profileId = profileId
      self.titleId = titleId
      self.positionSeconds = positionSeconds
      self.durationSeconds = durationSeconds
      self.watchedSeconds = watchedSeconds
      self.lastWatchedAt = lastWatchedAt
    }
  }

  /// A title on a profile's list.
  package struct Listed: Codable, Sendable, Hashable {
    package var profileId: ProfileID
    package var entry: ListEntry

    package init(profileId: ProfileID, entry: ListEntry) {
      self.profileId = profileId
      self.entry = entry
    }
  }

  /// Thumbs a profile has given.
  package struct Rated: Codable, Sendable, Hashable {
    package var profileId: ProfileID
    package var rating: Rating
    /// Nil from a version that did not say.
    package var ratedAt: Timestamp?

    package init(profileId: ProfileID, rating: Rating, ratedAt: Timestamp? = nil) {
      self.profileId = profileId
      self.rating = rating
      self.ratedAt = ratedAt
    }
  }

  package var endedSession: EndedSession?
  package var viewing: Viewing?
  package var listed: Listed?
  package var rated: Rated?

  package init(
    endedSession: EndedSession? = nil, viewing: Viewing? = nil, listed: Listed? = nil, rated: Rated? = nil
  ) {
    self.endedSession = endedSession
    self.viewing = viewing
    self.listed = listed
    self.rated = rated
  }
}
