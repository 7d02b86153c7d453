import Contract
import RecommendationsAPI

/// A row worked out, its titles still numbers.
struct PlannedRow: Sendable, Hashable {
  enum Subject: Sendable, Hashable {
    case continueWatching
    /// The best of all for this profile.
    case topPicks
    /// What stands in for top picks while nothing is known of the profile.
    case popular
    /// By what one title alone speaks for.
    case becauseYouWatched(TitleNumber, TitleID)
    case trending
    case new
    /// The genre, and whether the profile watches it.
    case genre(String, isWatched: Bool)
  }

  let subject: Subject
  var items: [TitleNumber]
  var next: RowCursor?
  /// Where they differ from the subject's.
  var reasons: [TitleNumber: Reason] = [:]
  /// Where chance had a part.
  var propensities: [TitleNumber: Double] = [:]

  func reason(of title: TitleNumber) -> Reason { reasons[title] ?? subject.reason }
}

extension PlannedRow.Subject {
  private static let becausePrefix = "because-"

  /// Stable, also the path segment of a call for more.
  var id: String {
    switch self {
    case .continueWatching: "continueWatching"
    case .topPicks: "topPicks"
    case .popular: "popular"
    case .becauseYouWatched(_, let anchor): "\(Self.becausePrefix)\(anchor)"
    case .trending: "trending"
    case .new: "new"
    case .genre(let name, _): "genre-\(name)"
    }
  }

  var kind: RecommendedRow.Kind {
    switch self {
    case .continueWatching: .continueWatching
    case .topPicks: .topPicks
    case .popular: .popular
    case .becauseYouWatched: .becauseYouWatched
    case .trending: .trending
    case .new: .new
    case .genre: .genre
    }
  }

  var topic: String? {
    switch self {
    case .genre(let name, _): name
    case .becauseYouWatched(_, let anchor): anchor.description
    default: nil
    }
  }

  /// Why a title is in the row, if nothing else is said of it.
  var reason: Reason {
    switch self {
    case .continueWatching: Reason(kind: .resume, text: "Continue watching")
    case .topPicks, .popular: Reason(kind: .popular, text: "Popular on Matinee")
    case .becauseYouWatched(_, let anchor): Reason(kind: .watched, text: "Because of what you watched", titleId: anchor)
    case .trending: Reason(kind: .trending, text: "Trending now")
    case .new: Reason(kind: .new, text: "Recently added")
    case .genre(let name, let isWatched):
      Reason(kind: .genre, text: isWatched ? "Because you watch \(name)" : "Popular in \(name)")
    }
  }

  /// The title that a row of this id is about, where it is about one.
  static func anchor(ofRow id: String) -> TitleID? {
    id.hasPrefix(becausePrefix) ? TitleID(String(id.dropFirst(becausePrefix.count))) : nil
  }
}
