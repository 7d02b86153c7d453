package import Contract

package enum RecommendationsExportEndpoints {
  /// For the gateway, which has found the profile among the account's.
  package static let export = Endpoint<ProfileExportPath, Empty, RecommendationsExport>(
    "recommendations.export", .get, "/internal/accounts/{account}/profiles/{profile}/export", access: .service,
    summary: "All that recommendations keeps of a profile.")
}

/// What pages are made from: learned from playback's events, told by the profile, and reported by its devices.
package struct RecommendationsExport: Codable, Sendable {
  package struct Watched: Codable, Sendable, Hashable {
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

  /// The hour, counted from 1970, in which a play was counted among a title's.
  package struct Counted: Codable, Sendable, Hashable {
    package var titleId: TitleID
    package var hour: Int

    package init(titleId: TitleID, hour: Int) {
      self.titleId = titleId
      self.hour = hour
    }
  }

  /// What the profile says of a title.
  package struct Opinion: Codable, Sendable, Hashable {
    package var titleId: TitleID
    /// `down`, `up` or `love`.
    package var thumbs: String?
    package var isListed: Bool

    package init(titleId: TitleID, thumbs: String?, isListed: Bool) {
      self.titleId = titleId
      self.thumbs = thumbs
      self.isListed = isListed
    }
  }

  /// A title of a home page that came into view, and when the profile began it upon that.
  package struct Seen: Codable, Sendable, Hashable {
    package var titleId: TitleID
    package var row: String
    package var position: Int
    package var seenAt: Timestamp
    package var beganAt: Timestamp?

    package init(titleId: TitleID, row: String, position: Int, seenAt: Timestamp, beganAt: Timestamp?) {
      self.titleId = titleId
      self.row = row
      self.position = position
      self.seenAt = seenAt
      self.beganAt = beganAt
    }
  }

  package var watches: [Watched]
  package var countedPlays: [Counted]
  package var opinions: [Opinion]
  /// What it answered when it was asked what it likes.
  package var pickedTitleIds: [TitleID]
  /// These are absent in answers of versions that did not keep them.
  package var hidden: [ProfileTaste.Hidden]?
  package var seen: [Seen]?
  package var tasteResetAt: Timestamp?

  package init(
    watches: [Watched], countedPlays: [Counted], opinions: [Opinion] = [], pickedTitleIds: [TitleID] = [],
    hidden: [ProfileTaste.Hidden]? = nil, seen: [Seen]? = nil, tasteResetAt: Timestamp? = nil
  ) {
    self.watches = watches
    self.countedPlays = countedPlays
    self.opinions = opinions
    self.pickedTitleIds = pickedTitleIds
    self.hidden = hidden
    self.seen = seen
    self.tasteResetAt = tasteResetAt
  }
}
