/// The best titles that the mask leaves, best first; of equal scores the lower index first.
func bestTitles(_ scores: [Float], count: Int, mask: TitleMask) -> [(title: Int32, score: Float)] {
  var best = BestTitles(count)
  scores.withUnsafeBufferPointer { scores in
    for title in scores.indices where scores[title] > best.threshold && !mask.contains(Int32(title)) {
      best.offer(Int32(title), scores[title])
    }
  }
  return best.ranked()
}

/// Keeps the titles with the greatest keys of all that are offered: a heap with the worst kept on top.
/// Of equal keys the lower title is the better one, so the same scores give the same order.
struct BestTitles {
  private let capacity: Int
  private var keys: [Float] = []
  private var titles: [Int32] = []
  /// Nothing at or below it needs to be offered in ascending order of titles.
  private(set) var threshold = -Float.infinity

  init(_ capacity: Int) {
    self.capacity = capacity
    if capacity <= 0 { threshold = .infinity }
    keys.reserveCapacity(capacity)
    titles.reserveCapacity(capacity)
  }

  mutating func offer(_ title: Int32, _ key: Float) {
    if keys.count < capacity {
      keys.append(key)
      titles.append(title)
      rise(from: keys.count - 1)
      if keys.count == capacity { threshold = keys[0] }
    } else if capacity > 0, isWorse((keys[0], titles[0]), (key, title)) {
      keys[0] = key
      titles[0] = title
      sink()
      threshold = keys[0]
    }
  }

  /// Best first.
  func ranked() -> [(title: Int32, score: Float)] {
    zip(titles, keys).map { (title: $0, score: $1) }
      .sorted { isWorse(($1.score, $1.title), ($0.score, $0.title)) }
  }

  private func isWorse(_ left: (Float, Int32), _ right: (Float, Int32)) -> Bool {
    left.0 != right.0 ? left.0 < right.0 : left.1 > right.1
  }

  private func isWorse(at left: Int, than right: Int) -> Bool {
    isWorse((keys[left], titles[left]), (keys[right], titles[right]))
  }

  private mutating func rise(from place: Int) {
    var place = place
    while place > 0 {
      let parent = (place - 1) / 2
      guard isWorse(at: place, than: parent) else { return }
      keys.swapAt(place, parent)
      titles.swapAt(place, parent)
      place = parent
    }
  }

  private mutating func sink() {
    var place = 0
    while true {
      var worst = place
      for child in [2 * place + 1, 2 * place + 2] where child < keys.count && isWorse(at: child, than: worst) {
        worst = child
      }
      guard worst != place else { return }
      keys.swapAt(place, worst)
      titles.swapAt(place, worst)
      place = worst
    }
  }
}
