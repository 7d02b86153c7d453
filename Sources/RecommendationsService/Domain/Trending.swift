import Contract
import Foundation

/// How many profiles began a title, by the hour in which they did. A profile counts once per title and UTC day.
///
/// Counts are whole numbers by event time and decay only when they are read: so the order in which events come
/// does not matter, a rebuilt count equals the live one, and an erased profile can be taken out again.
struct PlayCounts: Sendable, Hashable {
  struct Hour: Sendable, Hashable {
    /// Hours since 1970.
    let hour: Int32
    let profiles: Int32
  }

  /// In order of time: sums of them come out the same to the last bit.
  private(set) var hours: [Hour] = []

  mutating func set(_ profiles: Int32, inHour hour: Int32) {
    let index = hours.lastIndex { $0.hour <= hour }
    if let index, hours[index].hour == hour { hours.remove(at: index) }
    guard profiles > 0 else { return }
    let place = hours.lastIndex { $0.hour < hour }.map { $0 + 1 } ?? 0
    hours.insert(Hour(hour: hour, profiles: profiles), at: place)
  }

  mutating func forget(before hour: Int32) {
    hours.removeAll { $0.hour < hour }
  }
}

/// What is much begun now, against what is much begun anyway.
struct Trending: Sendable, Hashable {
  /// A count decayed to less is nothing to speak of: one profile some three days ago.
  static let least = 0.125
  /// After five long half-lives a play says nothing.
  static let longHalfLivesKept = 5.0
  /// Stands for what is not known of a title yet: as many plays as make one lucky start no trend,
  /// in the ratio which a steadily played title has.
  static let priorLong = 20.0

  let shortHalfLifeHours: Double
  let longHalfLifeHours: Double
  /// The decay of either kind by age in hours.
  private let shortDecay: [Double]
  private let longDecay: [Double]

  init(shortHalfLifeHours: Double = 24, longHalfLifeHours: Double = 336) {
    self.shortHalfLifeHours = shortHalfLifeHours
    self.longHalfLifeHours = longHalfLifeHours
    let ages = 0...Int(longHalfLifeHours * Self.longHalfLivesKept)
    shortDecay = ages.map { exp2(-Double($0) / shortHalfLifeHours) }
    longDecay = ages.map { exp2(-Double($0) / longHalfLifeHours) }
  }

  static func hour(of time: Timestamp) -> Int32 { Int32(clamping: time.milliseconds / 3_600_000) }
  static func day(of time: Timestamp) -> Int32 { Int32(clamping: time.milliseconds / 86_400_000) }

  /// Hours before this one count nothing at `now`.
  func firstHour(at now: Timestamp) -> Int32 { Self.hour(of: now) - Int32(longDecay.count - 1) }

  /// The decayed counts at `now`; a play of the future (a clock ahead of ours) counts as of now.
  func popularity(of counts: PlayCounts, at now: Timestamp) -> Popularity {
    let present = Self.hour(of: now)
    var popularity = Popularity.none
    for counted in counts.hours {
      let age = Int(max(0, present - counted.hour))
      guard age < longDecay.count else { continue }
      popularity.short += Double(counted.profiles) * shortDecay[age]
      popularity.long += Double(counted.profiles) * longDecay[age]
    }
    return popularity
  }

  /// Above what is usual for a title; nil where hardly anybody begins it now.
  func score(_ popularity: Popularity) -> Double? {
    guard popularity.short >= Self.least else { return nil }
    let priorShort = Self.priorLong * shortHalfLifeHours / longHalfLifeHours
    return (popularity.short + priorShort) / (popularity.long + Self.priorLong)
  }
}

/// Profiles that began a title, decayed with the short and the long half-life.
struct Popularity: Sendable, Hashable {
  var short: Double
  var long: Double

  static let none = Popularity(short: 0, long: 0)
}
