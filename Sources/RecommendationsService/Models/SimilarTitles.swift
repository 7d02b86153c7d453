import Contract
import RecommendationsAPI

extension SimilarTitles {
  /// What goes with a title: first what is liked by the same profiles, as far as a model knows it, then what shares
  /// genres and people with it. Each with its reason in words; none twice.
  static func numbers(
    to title: TitleNumber, count: Int, on shelf: Shelf, _ model: ServingModel?,
    where isAdmitted: (TitleNumber) -> Bool
  ) -> [(title: TitleNumber, reason: String)] {
    let learnt = model?.similar(to: title, count: count, where: isAdmitted) ?? []
    let alike = shelf.similarity.neighbours(of: title, limit: count, where: isAdmitted)
    let shared = Dictionary(alike.map { ($0.title, $0.shared) }, uniquingKeysWith: { first, _ in first })
    let first = learnt.map { ($0.title, shared[$0.title]?.reason ?? "Liked by the same viewers") }
    let taken = Set(learnt.map(\.title))
    // What cannot be played stands after what can, as everywhere.
    let ordered = first.filter { shelf.isPlayable[Int($0.0)] } + first.filter { !shelf.isPlayable[Int($0.0)] }
    return Array(
      (ordered + alike.filter { !taken.contains($0.title) }.map { ($0.title, $0.shared.reason) }).prefix(count))
  }
}

extension SimilarityIndex.Feature {
  var reason: String {
    switch self {
    case .genre(let name): "Also \(name)"
    case .director(let name): "Also directed by \(name)"
    case .cast(let name): "Also with \(name)"
    }
  }
}
