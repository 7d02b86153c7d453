import CatalogAPI
import Contract
import Foundation
import PlaybackAPI

/// Titles of a hundred kinds, and profiles with a taste for a few of them: the same each time, none kept in memory.
struct InventedAudience: Sendable {
  struct Watch: Sendable {
    /// Index of the title.
    let title: Int
    let watchedSeconds: Double
    let at: Timestamp
  }

  static let runtimeSeconds = 5400.0
  static let profilesPerAccount = 4
  private static let kinds = 100
  private static let genres = [
    "Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama", "Family", "Fantasy",
    "History", "Horror", "Music", "Musical", "Mystery", "Nature", "Romance", "Science", "Short", "Sport", "Thriller",
    "Travel", "War", "Western",
  ]

  let titleCount: Int
  let profileCount: Int
  let now: Timestamp
  /// By place within a kind: how likely the titles up to it are, the first few far likelier than the rest.
  private let likelihood: [Double]

  init(titles: Int, profiles: Int, now: Timestamp) {
    titleCount = titles
    profileCount = profiles
    self.now = now
    var sum = 0.0
    likelihood = (0..<max(1, titles / Self.kinds)).map { place in
      sum += pow(Double(place) + 3, -0.8)
      return sum
    }
  }

  func title(_ index: Int) -> TitleID { TitleID(seed: "title \(index)") }
  func profile(_ index: Int) -> ProfileID { ProfileID(seed: "profile \(index)") }
  func account(ofProfile index: Int) -> AccountID { AccountID(seed: "account \(index / Self.profilesPerAccount)") }

  /// As catalog tells of it: every kind is of one genre mostly, with a second one by chance.
  func facts(_ index: Int) -> Title {
    var random = SeededRandom(seed: UInt64(index) &* 31 + 7)
    let own = Self.genres[index % Self.kinds % Self.genres.count]
    let other = Self.genres[Int.random(in: 0..<Self.genres.count, using: &random)]
    return Title(
      id: title(index), kind: .film, name: "Title \(index)", year: Int.random(in: 1950...2026, using: &random),
      synopsis: "", language: "en", countries: [], maturity: .all, runtimeSeconds: Int(Self.runtimeSeconds),
      genres: own == other ? [own] : [own, other], directors: ["Director \(index % 5000)"],
      cast: (0..<3).map { _ in "Player \(Int.random(in: 0..<20_000, using: &random))" }, licence: "CC0",
      video: PlayableVideo(
        assetId: AssetID(seed: "\(index)"), durationSeconds: Self.runtimeSeconds, maxHeight: 1080),
      createdAt: now.adding(seconds: -Double(index) * 3600))
  }

  /// What a profile watched: 4 titles and more, 20 in the mean, four of five of its three kinds.
  func watches(ofProfile index: Int) -> [Watch] {
    var random = SeededRandom(seed: UInt64(index) &* 127 + 3)
    let kinds = (0..<3).map { _ in Int.random(in: 0..<Self.kinds, using: &random) }
    let count = min(400, 4 + Int(-16 * log(Double.random(in: 0.000_001..<1, using: &random))))
    var seen: Set<Int> = []
    return (0..<count).compactMap { _ in
      let title = title(like: kinds, using: &random)
      guard seen.insert(title).inserted else { return nil }
      let isLiked = Double.random(in: 0..<1, using: &random) < 0.8
      let share = Double.random(in: isLiked ? 0.7...1 : 0.03...0.6, using: &random)
      let days = -60 * log(Double.random(in: 0.000_001..<1, using: &random))
      return Watch(
        title: title, watchedSeconds: share * Self.runtimeSeconds, at: now.adding(seconds: -days * 86_400))
    }
  }

  private func title(like kinds: [Int], using random: inout SeededRandom) -> Int {
    let isOwn = Double.random(in: 0..<1, using: &random) < 0.8
    let kind =
      isOwn ? kinds[Int.random(in: 0..<kinds.count, using: &random)] : Int.random(in: 0..<Self.kinds, using: &random)
    let drawn = Double.random(in: 0..<(likelihood.last ?? 1), using: &random)
    var (low, high) = (0, likelihood.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if likelihood[middle] > drawn { high = middle } else { low = middle + 1 }
    }
    return min(titleCount - 1, low * Self.kinds + kind)
  }
}
