import Contract
import PlaybackAPI

/// For whom a page is made, at one moment: what may be shown, and what tells of taste.
///
/// What is above the maturity limit is left out from the beginning: no row, no reason and no score of a kids' profile
/// comes from a title it may not see, also where that was watched before the limit was lowered. A title whose window
/// has closed, or that is not for this country, still tells of taste; it is shown and named nowhere.
struct Viewer: Sendable {
  let profile: ProfileID
  /// Latest first.
  let watches: [Watch]
  let audience: Audience
  /// Titles that are not to be recommended, whatever speaks for them: hidden by the profile, given thumbs down.
  let excluded: Set<TitleNumber>
  /// What was watched until then says nothing of taste any more.
  let tasteResetAt: Timestamp?
  /// All that was done with titles and said of them, latest first; watches alone where that is not known.
  private let interactions: [Interaction]
  /// What tells of the profile's taste, latest first, with its weight.
  let history: [(title: TitleNumber, weight: Float)]
  var now: Timestamp { audience.now }

  init(
    profile: ProfileID, watches: [Watch], audience: Audience, excluded: Set<TitleNumber> = [],
    tasteResetAt: Timestamp? = nil, taste: TasteHistory? = nil, on shelf: Shelf
  ) {
    self.profile = profile
    self.watches = watches.filter { shelf.admits($0.title, to: audience) }
    self.audience = audience
    let all = taste?.interactions ?? watches.map(Interaction.init)
    let excluded = excluded.union(all.filter { $0.thumbs == .down }.map(\.title))
    let interactions = all.filter { shelf.isSuitable($0.title, within: audience.maturityLimit) }
    self.excluded = excluded
    self.interactions = interactions
    self.tasteResetAt = tasteResetAt
    history = interactions.compactMap { interaction in
      if let tasteResetAt, interaction.lastAt <= tasteResetAt { return nil }
      guard !excluded.contains(interaction.title) else { return nil }
      let weight = interaction.weight(at: audience.now)
      return weight > 0 ? (interaction.title, weight) : nil
    }
  }

  /// When something was last done with each title or said of it.
  var lastTimes: [TitleNumber: Timestamp] {
    Dictionary(interactions.map { ($0.title, $0.lastAt) }) { first, _ in first }
  }

  /// Whether the title may be named as watched: what is only listed, picked or rated is not.
  func hasWatched(_ title: TitleNumber) -> Bool {
    watches.contains { $0.title == title && Interaction($0).label > 0 }
  }

  /// Titles to be continued, latest watched first.
  func unfinished(withinDays days: Int) -> [TitleNumber] {
    watches.filter { $0.isUnfinished(at: now, withinDays: days) }.map(\.title)
  }
}
