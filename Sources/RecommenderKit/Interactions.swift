/// Who liked what, and how much: a sparse matrix of profiles × titles in compressed rows.
///
/// Profiles and titles are dense indices from 0, which the caller keeps a table of.
package struct Interactions: Sendable, Hashable {
  package let titleCount: Int
  /// The interactions of profile p are those at `starts[p]..<starts[p + 1]`, by title ascending.
  let starts: [Int]
  let titles: [Int32]
  let weights: [Float]

  package var profileCount: Int { starts.count - 1 }
  package var count: Int { titles.count }

  func places(of profile: Int) -> Range<Int> { starts[profile]..<starts[profile + 1] }

  /// What one profile liked, by title ascending.
  package func history(of profile: Int) -> [(title: Int32, weight: Float)] {
    places(of: profile).map { (titles[$0], weights[$0]) }
  }

  /// Profiles that liked each title, and the sum of their weights.
  func popularity(without isLeftOut: [Bool]? = nil) -> (profiles: [Int32], weights: [Float]) {
    var profiles = [Int32](repeating: 0, count: titleCount)
    var sums = [Float](repeating: 0, count: titleCount)
    for profile in 0..<profileCount where isLeftOut?[profile] != true {
      for place in places(of: profile) {
        profiles[Int(titles[place])] += 1
        sums[Int(titles[place])] += weights[place]
      }
    }
    return (profiles, sums)
  }
}

extension Interactions {
  /// Gathers interactions in any order.
  package struct Builder: Sendable {
    private var profiles: [Int32] = []
    private var titles: [Int32] = []
    private var weights: [Float] = []

    package init() {}

    package mutating func reserve(_ count: Int) {
      profiles.reserveCapacity(count)
      titles.reserveCapacity(count)
      weights.reserveCapacity(count)
    }

    /// `weight` is over 0 and at most 1, greater ones count as 1. What is 0, negative or no number says nothing about
    /// taste and is left out, and so are negative indices. Of a pair that comes twice the later one counts.
    package mutating func add(profile: Int32, title: Int32, weight: Float) {
      guard weight > 0, profile >= 0, title >= 0 else { return }
      profiles.append(profile)
      titles.append(title)
      weights.append(min(weight, 1))
    }

    /// `titleCount` and `profileCount` make room for those without any interaction; they never cut any off.
    package func build(titleCount: Int = 0, profileCount: Int = 0) -> Interactions {
      let profileCount = max(profileCount, Int((profiles.max() ?? -1) + 1))
      var starts = [Int](repeating: 0, count: profileCount + 1)
      for profile in profiles { starts[Int(profile) + 1] += 1 }
      for profile in 0..<profileCount { starts[profile + 1] += starts[profile] }
      var next = starts
      var order = [Int](repeating: 0, count: profiles.count)
      for index in profiles.indices {
        order[next[Int(profiles[index])]] = index
        next[Int(profiles[index])] += 1
      }
      var kept = (starts: [0], titles: [Int32](), weights: [Float]())
      kept.titles.reserveCapacity(titles.count)
      kept.weights.reserveCapacity(titles.count)
      for profile in 0..<profileCount {
        let row = order[starts[profile]..<starts[profile + 1]]
          .sorted { (titles[$0], $0) < (titles[$1], $1) }
        for (place, index) in row.enumerated() {
          if place + 1 < row.count, titles[row[place + 1]] == titles[index] { continue }
          kept.titles.append(titles[index])
          kept.weights.append(weights[index])
        }
        kept.starts.append(kept.titles.count)
      }
      return Interactions(
        titleCount: max(titleCount, Int((titles.max() ?? -1) + 1)), starts: kept.starts, titles: kept.titles,
        weights: kept.weights)
    }
  }
}
