import Contract
import PlaybackAPI

/// What playback knows of one profile and its titles: where it stopped, what is on its list, its thumbs.
struct ProfileViewing: Sendable {
  let resume: [TitleID: CardDetails.Resume]
  /// Added last first.
  let list: [TitleID]
  private let listed: Set<TitleID>
  private let ratings: [TitleID: Thumbs]

  /// Of a profile of which nothing is known.
  static let none = ProfileViewing(ResumePoints(points: []))

  init(_ answer: ResumePoints) {
    var resume: [TitleID: CardDetails.Resume] = [:]
    for point in answer.points {
      resume[point.titleId] = .init(positionSeconds: point.positionSeconds, durationSeconds: point.durationSeconds)
    }
    self.resume = resume
    list = answer.list ?? []
    listed = Set(list)
    ratings = Dictionary((answer.ratings ?? []).map { ($0.titleId, $0.thumbs) }) { _, last in last }
  }

  func isListed(_ title: TitleID) -> Bool { listed.contains(title) }

  /// What a card of the title says of the profile.
  func details(
    of title: TitleID, onlyUnderWay: Bool = false, reason: [UInt8]? = nil, origin: CardOrigin? = nil
  ) -> CardDetails {
    let point = resume[title].flatMap { !onlyUnderWay || ResumeRule.isUnderWay($0) ? $0 : nil }
    return CardDetails(
      resume: point, isListed: listed.contains(title), rating: ratings[title], reason: reason, origin: origin)
  }
}
