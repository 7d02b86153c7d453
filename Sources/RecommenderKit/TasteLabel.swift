import Foundation

/// What an event says about taste, as a number from 0 (nothing) to 1.
package enum TasteLabel {
  /// The part of a title from which it counts as watched.
  package static let watchedCompletion = 0.7

  /// By the part of a title that was watched. An abandoned play says nothing: to take it for liking costs 6 to 17 % of
  /// NDCG.
  package static func weight(completion: Double) -> Float {
    completion >= watchedCompletion ? 1 : completion >= 0.25 ? 0.4 : 0
  }

  /// What is left of a weight after a time: it fades to a half, with a half-life of 90 days, never to nothing.
  package static func faded(_ weight: Float, ageSeconds: Double) -> Float {
    weight * Float(0.5 + 0.5 * exp2(-max(0, ageSeconds) / (90 * 86_400)))
  }
}
