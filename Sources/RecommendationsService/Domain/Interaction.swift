import Contract
import PlaybackAPI
import RecommenderKit

/// What a profile did with a title and says of it.
struct Interaction: Sendable, Hashable {
  let title: TitleNumber
  /// Over all sessions; more than the running time says no more than all of it.
  var watchedSeconds = 0.0
  var durationSeconds = 0.0
  var positionSeconds = 0.0
  /// Nil where none were given.
  var thumbs: Thumbs?
  var isListed = false
  /// Named when the profile was asked what it likes.
  var isPicked = false
  /// When any of this was said last.
  var lastAt = Timestamp(milliseconds: 0)

  init(title: TitleNumber) {
    self.title = title
  }

  init(_ watch: Watch) {
    title = watch.title
    self.watch(watch)
    lastAt = watch.lastAt
  }

  /// Takes over how far the profile is with the title; nil for nowhere.
  mutating func watch(_ watch: Watch?) {
    watchedSeconds = watch?.watchedSeconds ?? 0
    durationSeconds = watch?.durationSeconds ?? 0
    positionSeconds = watch?.positionSeconds ?? 0
  }

  /// What a model learns from it, 0 to 1: the part that was watched, or what was said outright.
  var label: Float {
    switch thumbs {
    case .down: return 0
    case .up, .love: return 1
    case nil: break
    }
    if isListed || isPicked { return 1 }
    return TasteLabel.weight(completion: durationSeconds > 0 ? watchedSeconds / durationSeconds : 0)
  }

  /// The label, faded by its age in whole days, so that it stays what it is from one page to the next. Time of the
  /// future, told by a clock ahead of ours, counts as now.
  func weight(at now: Timestamp) -> Float {
    let days = (now.seconds(since: lastAt) / 86_400).rounded(.down)
    return TasteLabel.faded(label, ageSeconds: days * 86_400)
  }

  /// Nothing the profile has to be told of: it saw it, sees it now, or wants none of it.
  var isMasked: Bool {
    if thumbs == .down { return true }
    let share = durationSeconds > 0 ? positionSeconds / durationSeconds : 0
    let completion = durationSeconds > 0 ? watchedSeconds / durationSeconds : 0
    return thumbs != nil || isPicked || completion >= 0.25 || share >= Watch.unfinished.lowerBound
  }
}

/// All that is known of one profile's taste, the latest first.
struct TasteHistory: Sendable, Hashable {
  let interactions: [Interaction]

  static let none = TasteHistory(interactions: [])

  /// Those that say something of what it likes.
  var liked: [Interaction] { interactions.filter { $0.label > 0 } }
}
