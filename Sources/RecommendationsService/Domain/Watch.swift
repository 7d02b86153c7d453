import Contract
import Foundation

/// How far a profile got with a title.
struct Watch: Sendable, Hashable {
  /// Shares of the running time between which a title waits to be continued.
  static let unfinished = 0.02...0.92

  let title: TitleNumber
  let positionSeconds: Double
  let durationSeconds: Double
  /// Over all sessions.
  let watchedSeconds: Double
  let lastAt: Timestamp

  private var share: Double { durationSeconds > 0 ? positionSeconds / durationSeconds : 0 }

  /// The title is offered to be continued.
  func isUnfinished(at now: Timestamp, withinDays days: Int) -> Bool {
    Self.unfinished.contains(share) && now.seconds(since: lastAt) <= Double(days) * 86_400
  }

  /// The profile has seen it through.
  var isFinished: Bool { share > Self.unfinished.upperBound }

  /// How much of the title was watched; over 1 where some of it was more than once.
  var completion: Double { durationSeconds > 0 ? watchedSeconds / durationSeconds : 0 }
}
