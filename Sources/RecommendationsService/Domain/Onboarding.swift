import Contract

/// What a new profile may pick from: what others watch most, of as many genres as there are.
enum Onboarding {
  /// Takes the genres by turns, each its most popular title not taken yet that can be played; what cannot be played
  /// comes only where nothing else is left.
  static func offer(from shelf: Shelf, for audience: Audience, count: Int) -> [TitleNumber] {
    var taken = Set<TitleNumber>()
    var offered: [TitleNumber] = []
    for isPlayable in [true, false] {
      var places = [Int](repeating: 0, count: shelf.genres.count)
      var isGivingMore = true
      while isGivingMore && offered.count < count {
        isGivingMore = false
        for genre in shelf.genres.indices where offered.count < count {
          let titles = shelf.genres[genre].titles
          let next = titles[places[genre]...].firstIndex { title in
            shelf.isPlayable[Int(title)] == isPlayable && !taken.contains(title)
              && shelf.admits(title, to: audience)
          }
          guard let next else {
            places[genre] = titles.endIndex
            continue
          }
          places[genre] = next + 1
          taken.insert(titles[next])
          offered.append(titles[next])
          isGivingMore = true
        }
      }
    }
    return offered
  }
}
