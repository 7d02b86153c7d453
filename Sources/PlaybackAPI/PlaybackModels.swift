package import Contract

package struct StartPlayback: Codable, Sendable {
  package struct Device: Codable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case web, phone, tablet, tv }
    package var kind: Kind
    /// Pixels of the shorter side; the best rendition the device can show. Sharper ones are not delivered.
    package var maxHeight: Int?

    package init(kind: Kind, maxHeight: Int? = nil) {
      self.kind = kind
      self.maxHeight = maxHeight
    }
  }

  package var titleId: TitleID
  package var device: Device

  package init(titleId: TitleID, device: Device) {
    self.titleId = titleId
    self.device = device
  }
}

package struct PlaybackSession: Codable, Sendable {
  /// Absolute paths under `/media/`.
  package struct Manifests: Codable, Sendable {
    package var hls: String
    /// Absent where the film is encrypted with `aes128`, which DASH does not know.
    package var dash: String?

    package init(hls: String, dash: String?) {
      self.hls = hls
      self.dash = dash
    }
  }

  /// How the film is encrypted, and where its player gets the key. Called encryption: it keeps the bytes from who has
  /// no session, not the film from who has one.
  package struct Encryption: Codable, Sendable, Hashable {
    package var scheme: EncryptionScheme
    package var keyId: ContentKeyID
    /// For Encrypted Media Extensions, with `licence`; absent for `aes128`, whose key HLS playlists address.
    package var keySystem: String?
    /// Where to post the licence request.
    package var licence: String?

    package init(scheme: EncryptionScheme, keyId: ContentKeyID, keySystem: String?, licence: String?) {
      self.scheme = scheme
      self.keyId = keyId
      self.keySystem = keySystem
      self.licence = licence
    }
  }

  /// One track of subtitles, for players that do not take them from the manifest.
  package struct Subtitles: Codable, Sendable {
    /// BCP 47, `und` where it is not known.
    package var language: String
    package var name: String
    package var kind: SubtitleKind
    /// Belongs to the sound of its language: signs and foreign words.
    package var isForced: Bool
    /// The whole track as WebVTT, an absolute path under `/media/`.
    package var url: String

    package init(_ track: TextTrack, url: String) {
      language = track.language
      name = track.name
      kind = track.kind
      isForced = track.isForced
      self.url = url
    }
  }

  package var id: PlaybackSessionID
  package var titleId: TitleID
  package var manifests: Manifests
  /// Absent where the film is not encrypted.
  package var encryption: Encryption?
  /// Pixels of the shorter side of the sharpest rendition delivered: what the plan gives and the device can show.
  package var maxHeight: Int
  package var resumeAtSeconds: Double
  package var durationSeconds: Double
  package var heartbeatSeconds: Int
  /// What can be heard; what players begin with first.
  package var audio: [SoundTrack]
  package var subtitles: [Subtitles]
  /// Address of the storyboard's WebVTT.
  package var storyboard: String?
  package var leaseExpiresAt: Timestamp

  package init(
    id: PlaybackSessionID, titleId: TitleID, manifests: Manifests, encryption: Encryption? = nil, maxHeight: Int,
    resumeAtSeconds: Double, durationSeconds: Double, heartbeatSeconds: Int, audio: [SoundTrack],
    subtitles: [Subtitles], storyboard: String?,
    leaseExpiresAt: Timestamp
  ) {
    self.id = id
    self.titleId = titleId
    self.manifests = manifests
    self.encryption = encryption
    self.maxHeight = maxHeight
    self.resumeAtSeconds = resumeAtSeconds
    self.durationSeconds = durationSeconds
    self.heartbeatSeconds = heartbeatSeconds
    self.audio = audio
    self.subtitles = subtitles
    self.storyboard = storyboard
    self.leaseExpiresAt = leaseExpiresAt
  }
}

package enum PlayerState: String, Codable, Sendable, CaseIterable {
  case playing, paused, buffering, ended
}

package struct Heartbeat: Codable, Sendable {
  package var positionSeconds: Double
  package var state: PlayerState
  /// Common Media Client Data (CTA-5004), as one header value.
  package var cmcd: String?

  package init(positionSeconds: Double, state: PlayerState, cmcd: String? = nil) {
    self.positionSeconds = positionSeconds
    self.state = state
    self.cmcd = cmcd
  }
}

package struct HeartbeatAnswer: Codable, Sendable {
  package enum Action: String, Codable, Sendable { case `continue`, stop }

  package var leaseExpiresAt: Timestamp
  package var action: Action
  package var reason: String?

  package init(leaseExpiresAt: Timestamp, action: Action, reason: String? = nil) {
    self.leaseExpiresAt = leaseExpiresAt
    self.action = action
    self.reason = reason
  }
}

package struct HistoryEntry: Codable, Sendable {
  package var titleId: TitleID
  package var positionSeconds: Double
  package var durationSeconds: Double
  package var watchedSeconds: Double
  package var lastWatchedAt: Timestamp

  package init(
    titleId: TitleID, positionSeconds: Double, durationSeconds: Double, watchedSeconds: Double,
    lastWatchedAt: Timestamp
  ) {
    self.titleId = titleId
    self.positionSeconds = positionSeconds
    self.durationSeconds = durationSeconds
    self.watchedSeconds = watchedSeconds
    self.lastWatchedAt = lastWatchedAt
  }
}

package struct ResumePoints: Codable, Sendable {
  package struct Point: Codable, Sendable {
    package var titleId: TitleID
    package var positionSeconds: Double
    package var durationSeconds: Double
    package var updatedAt: Timestamp

    package init(titleId: TitleID, positionSeconds: Double, durationSeconds: Double, updatedAt: Timestamp) {
      self.titleId = titleId
      self.positionSeconds = positionSeconds
      self.durationSeconds = durationSeconds
      self.updatedAt = updatedAt
    }
  }

  package var points: [Point]
  /// The titles on the profile's list, added last first. Nil from a version that knew no lists.
  package var list: [TitleID]?
  /// Nil from a version that knew no thumbs.
  package var ratings: [Rating]?

  package init(points: [Point], list: [TitleID]? = nil, ratings: [Rating]? = nil) {
    self.points = points
    self.list = list
    self.ratings = ratings
  }
}
