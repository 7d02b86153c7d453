import CLapack
import Contract
import Foundation

/// A second opinion: every title a vector, every profile worked out from the titles it liked, a score their product.
/// Implicit ALS in the form of Rendle et al. 2021: what was not liked counts as 0 with a small weight, and vectors are
/// held back in proportion to how much is known of them.
package struct TitleFactors: Sendable, Hashable {
  let dimension: Int
  let unobservedWeight: Float
  let regularization: Float
  /// Row-major, a row for each title.
  let vectors: [Float]
  /// α₀ VᵀV, the part of every profile's equations that does not depend on the profile; the whole square.
  let common: [Float]

  var titleCount: Int { dimension > 0 ? vectors.count / dimension : 0 }

  init(dimension: Int, unobservedWeight: Float, regularization: Float, vectors: [Float]) {
    self.dimension = dimension
    self.unobservedWeight = unobservedWeight
    self.regularization = regularization
    self.vectors = vectors
    common = Self.common(of: vectors, dimension: dimension, unobservedWeight)
  }

  /// The product of the history's vector with each title's; zeros for a history that says nothing.
  func scores(of history: [(title: Int32, weight: Float)]) -> [Float] {
    var scores = [Float](repeating: 0, count: titleCount)
    let known = history.filter { $0.weight > 0 && $0.title >= 0 && $0.title < titleCount }
    guard !known.isEmpty else { return scores }
    let profile = solve(known.map(\.title)[...], known.map(\.weight)[...])
    cblas_sgemv(
      CblasRowMajor, CblasNoTrans, Int32(titleCount), Int32(dimension), 1, vectors, Int32(dimension), profile, 1, 0,
      &scores, 1)
    return scores
  }

  /// The vector that explains best that these were liked, with these weights, and the others were not.
  /// Used for profiles by titles, and in training for titles by profiles.
  func solve(_ places: ArraySlice<Int32>, _ weights: ArraySlice<Float>) -> [Float] {
    let size = dimension
    var gathered = [Float](repeating: 0, count: places.count * size)
    var right = [Float](repeating: 0, count: size)
    for (row, (place, weight)) in zip(places, weights).enumerated() {
      let root = weight.squareRoot()
      for index in 0..<size {
        let value = vectors[Int(place) * size + index]
        gathered[row * size + index] = root * value
        right[index] += weight * value
      }
    }
    var matrix = common
    let ridge = regularization * (Float(places.count) + unobservedWeight * Float(titleCount))
    for index in 0..<size { matrix[index * size + index] += ridge }
    cblas_ssyrk(
      CblasColMajor, CblasUpper, CblasNoTrans, Int32(size), Int32(places.count), 1, gathered, Int32(size), 1, &matrix,
      Int32(size))
    guard Cholesky.solve(&matrix, size: size, &right) else { return [Float](repeating: 0, count: size) }
    return right
  }

  private static func common(of vectors: [Float], dimension: Int, _ weight: Float) -> [Float] {
    var common = [Float](repeating: 0, count: dimension * dimension)
    guard !vectors.isEmpty else { return common }
    openblas_set_num_threads(1)
    cblas_ssyrk(
      CblasColMajor, CblasUpper, CblasNoTrans, Int32(dimension), Int32(vectors.count / dimension), weight, vectors,
      Int32(dimension), 0, &common, Int32(dimension))
    return common
  }
}

extension TitleFactors {
  /// Profiles and titles are worked out from each other in turns.
  static func train(
    _ interactions: Interactions, _ options: TrainingOptions, regularization: Float, without isLeftOut: [Bool]?,
    _ isCancelled: () -> Bool
  ) throws(TrainingError) -> TitleFactors {
    let size = options.factorDimension
    func factors(_ vectors: [Float]) -> TitleFactors {
      TitleFactors(
        dimension: size, unobservedWeight: options.factorUnobservedWeight, regularization: regularization,
        vectors: vectors)
    }
    let rows = SparseLines(profilesOf: interactions, without: isLeftOut)
    let columns = SparseLines(titlesOf: interactions, without: isLeftOut)
    var random = SeededRandom(seed: options.seed)
    let spread = 0.1 / Float(size).squareRoot()
    var titles = factors(
      (0..<interactions.titleCount * size).map { _ in Float.random(in: -spread...spread, using: &random) * 1.7 })
    for _ in 0..<options.factorIterations {
      if isCancelled() { throw .cancelled }
      let profiles = factors(rows.solved(by: titles))
      if isCancelled() { throw .cancelled }
      titles = factors(columns.solved(by: profiles))
    }
    return titles
  }
}

/// The interactions from one side: for each profile its titles, or for each title its profiles.
private struct SparseLines {
  private var starts: [Int]
  private var places: [Int32]
  private var weights: [Float]

  init(profilesOf interactions: Interactions, without isLeftOut: [Bool]?) {
    (starts, places, weights) = ([0], [], [])
    for profile in 0..<interactions.profileCount {
      if isLeftOut?[profile] != true {
        places += interactions.titles[interactions.places(of: profile)]
        weights += interactions.weights[interactions.places(of: profile)]
      }
      starts.append(places.count)
    }
  }

  init(titlesOf interactions: Interactions, without isLeftOut: [Bool]?) {
    let counts = interactions.popularity(without: isLeftOut).profiles
    starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int($1)) }
    places = [Int32](repeating: 0, count: starts[starts.count - 1])
    weights = [Float](repeating: 0, count: places.count)
    var next = starts
    for profile in 0..<interactions.profileCount where isLeftOut?[profile] != true {
      for place in interactions.places(of: profile) {
        let title = Int(interactions.titles[place])
        places[next[title]] = Int32(profile)
        weights[next[title]] = interactions.weights[place]
        next[title] += 1
      }
    }
  }

  /// A vector for each line, from the vectors of the other side; zeros where there is nothing.
  func solved(by others: TitleFactors) -> [Float] {
    var vectors = [Float](repeating: 0, count: (starts.count - 1) * others.dimension)
    for line in 0..<starts.count - 1 where starts[line] < starts[line + 1] {
      let range = starts[line]..<starts[line + 1]
      let solved = others.solve(places[range], weights[range])
      for index in 0..<others.dimension { vectors[line * others.dimension + index] = solved[index] }
    }
    return vectors
  }
}
