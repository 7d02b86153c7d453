/// How titles go together: Σ rᵤ x xᵀ over profiles, a dense matrix of titles × titles in single precision, which loses
/// nothing here. Row-major; until it is inverted only what is at or below the diagonal is filled.
struct GramMatrix {
  let size: Int
  private(set) var values: [Float]

  init(
    _ interactions: Interactions, of titles: DenseTitles, profileExponent: Float, without isLeftOut: [Bool]?,
    isCancelled: () -> Bool
  ) throws(TrainingError) {
    self.init(size: titles.count)
    let mean = Self.meanLength(interactions, without: isLeftOut)
    for profile in 0..<interactions.profileCount where isLeftOut?[profile] != true {
      if profile % 1024 == 0, isCancelled() { throw .cancelled }
      let influence = power(Float(interactions.places(of: profile).count) / mean, -profileExponent)
      add(titles.row(of: profile, in: interactions), times: influence)
    }
  }

  private init(size: Int) {
    self.size = size
    values = [Float](repeating: 0, count: size * size)
  }

  private mutating func add(_ row: [(place: Int, weight: Float)], times influence: Float) {
    let size = size
    values.withUnsafeMutableBufferPointer { values in
      row.withUnsafeBufferPointer { row in
        for last in row.indices {
          let start = row[last].place * size
          let weight = row[last].weight * influence
          for first in 0...last { values[start + row[first].place] += weight * row[first].weight }
        }
      }
    }
  }

  private static func meanLength(_ interactions: Interactions, without isLeftOut: [Bool]?) -> Float {
    var profiles = 0
    var count = 0
    for profile in 0..<interactions.profileCount where isLeftOut?[profile] != true {
      let length = interactions.places(of: profile).count
      count += length
      profiles += length > 0 ? 1 : 0
    }
    return profiles > 0 ? Float(count) / Float(profiles) : 1
  }

  /// The diagonal, e.g. how often each title was liked.
  var diagonal: [Float] { (0..<size).map { values[$0 * size + $0] } }

  /// Inverts G + λI + p/(1−p)·diag G in place, by Cholesky; afterwards the whole square is filled.
  mutating func invert(ridge: Float, dropout: Float) throws(TrainingError) {
    guard size > 0 else { return }
    for title in 0..<size {
      values[title * size + title] = values[title * size + title] * (1 + dropout / (1 - dropout)) + ridge
    }
    guard Cholesky.invert(&values, size: size) else { throw .notPositiveDefinite }
  }
}

extension GramMatrix {
  /// Every profile counts alike, Σ x xᵀ, the whole square filled.
  static func alike(_ interactions: Interactions, of titles: DenseTitles) -> GramMatrix {
    var matrix = GramMatrix(size: titles.count)
    for profile in 0..<interactions.profileCount {
      matrix.add(titles.row(of: profile, in: interactions), times: 1)
    }
    Cholesky.mirror(&matrix.values, size: matrix.size)
    return matrix
  }

  /// Each row with its number.
  func forEachRow(_ body: (Int, UnsafeBufferPointer<Float>) -> Void) {
    values.withUnsafeBufferPointer { values in
      for row in 0..<size {
        body(row, UnsafeBufferPointer(rebasing: values[row * size..<(row + 1) * size]))
      }
    }
  }
}

/// The titles that a matrix has: those liked by anybody, or the most liked of them.
struct DenseTitles {
  /// Title by place, ascending.
  let titles: [Int32]
  private let places: [Int32]

  init(_ interactions: Interactions, maximum: Int) {
    let popularity = interactions.popularity().weights
    var liked = popularity.indices.filter { popularity[$0] > 0 }
    if liked.count > maximum {
      liked.sort { (popularity[$1], $0) < (popularity[$0], $1) }
      liked = liked.prefix(max(0, maximum)).sorted()
    }
    titles = liked.map { Int32($0) }
    var places = [Int32](repeating: -1, count: interactions.titleCount)
    for (place, title) in liked.enumerated() { places[title] = Int32(place) }
    self.places = places
  }

  var count: Int { titles.count }

  func place(of title: Int32) -> Int? {
    let place = places[Int(title)]
    return place < 0 ? nil : Int(place)
  }

  /// What a profile liked of them, ascending.
  func row(of profile: Int, in interactions: Interactions) -> [(place: Int, weight: Float)] {
    interactions.places(of: profile).compactMap { index in
      place(of: interactions.titles[index]).map { ($0, interactions.weights[index]) }
    }
  }
}
