import Contract

/// All titles in the orders that rows are cut from, at one moment. Made anew as a whole, so that a page is read
/// from one state without waiting for anything.
final class Shelf: Sendable {
  struct Genre: Sendable {
    let name: String
    /// Best first.
    let titles: [TitleNumber]
  }

  /// By title number; nil where catalog has not told of a title yet.
  let facts: [TitleFacts?]
  let isPlayable: [Bool]
  /// In years; 255 where nothing is known, so that no limit admits it.
  let minimumAge: [UInt8]
  /// Titles that are not for always and everywhere.
  private let bounded: [TitleNumber: Availability]
  /// By title number, since most are not, and all are looked at.
  private let isBounded: [Bool]
  /// Playable before unplayable, then most trending first.
  let trending: [TitleNumber]
  /// Playable before unplayable, then latest added first.
  let newest: [TitleNumber]
  /// Playable before unplayable, then most begun first.
  let byPopularity: [TitleNumber]
  /// By title number: how much it is begun, as a share of what is begun most.
  let popularity: [Float]
  /// Most popular first.
  let genres: [Genre]
  /// By title number: indices into `genres`.
  let genresOfTitle: IndexLists
  let similarity: SimilarityIndex
  private let numbers: [TitleID: TitleNumber]
  /// The texts of all ids, one after the other: written into every page.
  private let idTexts: [UInt8]
  private static let idLength = TitleID(seed: "").description.utf8.count

  init(
    facts: [TitleFacts?], numbers: [TitleID: TitleNumber], popularity: [TitleNumber: Popularity], trending: Trending,
    similarity: SimilarityIndex
  ) {
    self.facts = facts
    self.numbers = numbers
    self.similarity = similarity
    isPlayable = facts.map { $0?.isPlayable ?? false }
    minimumAge = facts.map { $0.map { UInt8($0.maturity.minimumAge) } ?? 255 }
    bounded = Dictionary(
      uniqueKeysWithValues: facts.enumerated().compactMap { number, facts in
        facts?.availability.map { (TitleNumber(number), $0) }
      })
    isBounded = facts.map { $0?.availability != nil }
    let known = facts.indices.filter { facts[$0] != nil }.map(TitleNumber.init)
    self.trending = Self.trending(known, facts, popularity, trending)
    newest = Self.ordered(known, facts) { ($0.addedAt, $0.year) > ($1.addedAt, $1.year) }
    byPopularity = Self.byPopularity(newest, facts, popularity)
    let most = max(popularity.values.reduce(0) { max($0, $1.long) }, .leastNormalMagnitude)
    self.popularity = facts.indices.map { Float((popularity[TitleNumber($0)]?.long ?? 0) / most) }
    (genres, genresOfTitle) = Self.genres(byPopularity, facts, popularity)
    let unknown = [UInt8](repeating: 0, count: Self.idLength)
    idTexts = facts.flatMap { $0.map { Array($0.id.description.utf8) } ?? unknown }
  }

  static let empty = Shelf(
    facts: [nil], numbers: [:], popularity: [:], trending: Trending(), similarity: SimilarityIndex([]))

  func number(of title: TitleID) -> TitleNumber? { numbers[title] }

  /// Nil also for a title that is not for that audience: for it, it is not there.
  func number(of title: TitleID, for audience: Audience) -> TitleNumber? {
    numbers[title].flatMap { admits($0, to: audience) ? $0 : nil }
  }

  /// Whether catalog has told of the title, and the audience may see it.
  func admits(_ number: TitleNumber, to audience: Audience) -> Bool {
    guard isSuitable(number, within: audience.maturityLimit) else { return false }
    guard isBounded[Int(number)], let availability = bounded[number] else { return true }
    return audience.admits(availability)
  }

  /// Whether catalog has told of the title, and it is suitable, be it shown now and here or not.
  func isSuitable(_ number: TitleNumber, within limit: MaturityRating) -> Bool {
    minimumAge.indices.contains(Int(number)) && Int(minimumAge[Int(number)]) <= limit.minimumAge
  }

  /// By title number: ``admits(_:to:)``.
  func open(to audience: Audience) -> [Bool] {
    let limit = UInt8(audience.maturityLimit.minimumAge)
    var isOpen = minimumAge.map { $0 <= limit }
    for (number, availability) in bounded where !audience.admits(availability) { isOpen[Int(number)] = false }
    return isOpen
  }

  /// The text of a title's id; of a title whose facts are known.
  func idText(_ number: TitleNumber) -> ArraySlice<UInt8> {
    idTexts[Int(number) * Self.idLength..<(Int(number) + 1) * Self.idLength]
  }

  /// By index into `genres`: how much of a history is of each, a title's weight shared among its genres.
  func genreWeights(of history: [(title: TitleNumber, weight: Float)]) -> [Double] {
    var weights = [Double](repeating: 0, count: genres.count)
    for (title, weight) in history {
      let genres = genresOfTitle[Int(title)]
      for genre in genres { weights[genre] += Double(weight) / Double(genres.count) }
    }
    return weights
  }

  // MARK: - Orders

  private static func ordered(
    _ known: [TitleNumber], _ facts: [TitleFacts?], _ precedes: (TitleFacts, TitleFacts) -> Bool
  ) -> [TitleNumber] {
    known.sorted { left, right in
      guard let first = facts[Int(left)], let second = facts[Int(right)] else { return left < right }
      if first.isPlayable != second.isPlayable { return first.isPlayable }
      if precedes(first, second) { return true }
      // Ids settle a tie: numbers depend on the order in which titles were first heard of.
      return precedes(second, first) ? false : first.id < second.id
    }
  }

  private static func trending(
    _ known: [TitleNumber], _ facts: [TitleFacts?], _ popularity: [TitleNumber: Popularity], _ trending: Trending
  ) -> [TitleNumber] {
    var scores: [TitleID: (score: Double, short: Double)] = [:]
    let scored = known.filter { number in
      guard let facts = facts[Int(number)], let popularity = popularity[number],
        let score = trending.score(popularity)
      else { return false }
      scores[facts.id] = (score, popularity.short)
      return true
    }
    return ordered(scored, facts) { left, right in
      guard let first = scores[left.id], let second = scores[right.id] else { return false }
      return first > second
    }
  }

  /// Of equally popular titles the newest come first, as in `newest`.
  private static func byPopularity(
    _ newest: [TitleNumber], _ facts: [TitleFacts?], _ popularity: [TitleNumber: Popularity]
  ) -> [TitleNumber] {
    var rank = [Int](repeating: 0, count: facts.count)
    for (index, number) in newest.enumerated() { rank[Int(number)] = index }
    let long = facts.indices.map { popularity[TitleNumber($0)]?.long ?? 0 }
    return newest.sorted { left, right in
      let (first, second) = (Int(left), Int(right))
      let isFirstPlayable = facts[first]?.isPlayable ?? false
      if isFirstPlayable != (facts[second]?.isPlayable ?? false) { return isFirstPlayable }
      return long[first] != long[second] ? long[first] > long[second] : rank[first] < rank[second]
    }
  }

  private static func genres(
    _ ordered: [TitleNumber], _ facts: [TitleFacts?], _ popularity: [TitleNumber: Popularity]
  ) -> ([Genre], IndexLists) {
    var titles: [String: [TitleNumber]] = [:]
    var plays: [String: Double] = [:]
    for number in ordered {
      for genre in facts[Int(number)]?.genres ?? [] {
        titles[genre, default: []].append(number)
        plays[genre, default: 0] += popularity[number]?.long ?? 0
      }
    }
    func standing(_ name: String) -> (plays: Double, titles: Int) { (plays[name] ?? 0, titles[name]?.count ?? 0) }
    let names = titles.keys.sorted { left, right in
      let (first, second) = (standing(left), standing(right))
      return first != second ? first > second : left < right
    }
    let index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($0.element, $0.offset) })
    return (
      names.map { Genre(name: $0, titles: titles[$0] ?? []) },
      IndexLists(facts.lazy.map { ($0?.genres ?? []).compactMap { index[$0] } })
    )
  }
}
