import Contract

/// One title of a page that was drawn by chance, so that it can be learned what other orders would have been worth.
struct Exploration: Sendable, Hashable {
  /// Titles it is drawn from: the best that found no place where they are seen without scrolling.
  static let poolSize = 20
  /// Its place in the row, counted from 0.
  static let place = 5

  let title: TitleNumber
  let propensity: Double
  let poolSize: Int
  /// Its place in the pool by the page's own order and by popularity: what another policy would have drawn.
  let rank: Int
  let popularityRank: Int

  /// Nil where there is nothing to choose among. `pool` is in the page's own order.
  init?(
    from pool: [TitleNumber], popularity: [Float], using random: inout some RandomNumberGenerator
  ) {
    guard pool.count > 1 else { return nil }
    let rank = Int.random(in: pool.indices, using: &random)
    self.rank = rank
    title = pool[rank]
    propensity = 1 / Double(pool.count)
    poolSize = pool.count
    let own = popularity[Int(title)]
    popularityRank = pool.indices.count { index in
      let other = popularity[Int(pool[index])]
      return other > own || (other == own && index < rank)
    }
  }
}
