package import Contract

/// Subject: the profile's id. A title was put on its list or taken off.
package struct ListChanged: PersonalEventBody {
  package static let type = "playback.list.changed.v1"
  package var profileId: ProfileID
  package var accountId: AccountID
  package var titleId: TitleID?
  package var isListed: Bool
  package var at: Timestamp

  package init(profileId: ProfileID, accountId: AccountID, titleId: TitleID?, isListed: Bool, at: Timestamp) {
    self.profileId = profileId
    self.accountId = accountId
    self.titleId = titleId
    self.isListed = isListed
    self.at = at
  }

  package func withoutPersonalData() -> ListChanged {
    var body = self
    body.titleId = nil
    return body
  }
}

/// Subject: the profile's id. A title was given thumbs, or they were taken back.
package struct RatingChanged: PersonalEventBody {
  package static let type = "playback.rating.changed.v1"
  package var profileId: ProfileID
  package var accountId: AccountID
  package var titleId: TitleID?
  /// Absent where they were taken back.
  package var thumbs: Thumbs?
  package var at: Timestamp

  package init(profileId: ProfileID, accountId: AccountID, titleId: TitleID?, thumbs: Thumbs?, at: Timestamp) {
    self.profileId = profileId
    self.accountId = accountId
    self.titleId = titleId
    self.thumbs = thumbs
    self.at = at
  }

  package func withoutPersonalData() -> RatingChanged {
    var body = self
    (body.titleId, body.thumbs) = (nil, nil)
    return body
  }
}

/// Subject: the profile's id. What it watched of a title so far is to count for nothing.
package struct ViewingHidden: PersonalEventBody {
  package static let type = "playback.viewing.hidden.v1"
  package var profileId: ProfileID
  package var accountId: AccountID
  package var titleId: TitleID?
  package var at: Timestamp

  package init(profileId: ProfileID, accountId: AccountID, titleId: TitleID?, at: Timestamp) {
    self.profileId = profileId
    self.accountId = accountId
    self.titleId = titleId
    self.at = at
  }

  package func withoutPersonalData() -> ViewingHidden {
    var body = self
    body.titleId = nil
    return body
  }
}
