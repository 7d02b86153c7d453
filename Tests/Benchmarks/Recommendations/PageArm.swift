import Contract
import RecommendationsAPI

@testable import RecommendationsService

/// A way to make a page.
struct PageArm: Sendable {
  /// What stands on it, row by row, with what each row is called.
  typealias Rows = [(kind: String, titles: [TitleNumber])]

  struct Page {
    var rows: Rows
    /// All top picks in their order, as far as the way has any.
    var picks: [TitleNumber] = []
  }

  static let ours = "the product's page"

  let name: String
  private let make: @Sendable (PageStage.Person, PageStage, UInt64) -> Page

  func page(for person: PageStage.Person, on stage: PageStage, seed: UInt64) -> Page { make(person, stage, seed) }

  static let all: [PageArm] = [
    composed(ours, PagePolicy()),
    composed("without exploration", PagePolicy(explores: false)),
    composed("and without calibration", PagePolicy(calibrationShare: 0, explores: false)),
    PageArm(name: "the best by score, no rows") { person, stage, _ in
      Page(rows: [("best", RowSources(person, stage).byScore())])
    },
    template("template, picks, no repeats", [.topPicks, .trending, .new], isOnce: true),
    template("template, picks, genres by score", [.topPicks, .trending, .new]),
    template("template, genres by score", [.popular, .trending, .new]),
    template("template, genres by popularity", [.popular, .trending, .new], areGenresScored: false),
  ]

  private static func composed(_ name: String, _ policy: PagePolicy) -> PageArm {
    PageArm(name: name) { person, stage, seed in
      var random = SeededRandom(seed: seed)
      let composer = PageComposer(
        shelf: stage.shelf, viewer: person.viewer, rankers: stage.rankers, policy: policy, bounds: PageBounds())
      return Page(
        rows: composer.page(using: &random).rows.map { ($0.subject.kind.rawValue, $0.items) },
        picks: composer.titles(ofRow: PlannedRow.Subject.topPicks.id, besides: [])?.titles ?? [])
    }
  }

  /// The usual page: the same rows in the same order for everybody, then the genres that are watched most. Each row is
  /// cut from its own order whatever stands above it, or, `isOnce`, from what is left. Of what was seen nothing is
  /// shown, as on ours.
  private static func template(
    _ name: String, _ first: [RecommendedRow.Kind], areGenresScored: Bool = true, isOnce: Bool = false
  ) -> PageArm {
    PageArm(name: name) { person, stage, _ in
      let sources = RowSources(person, stage)
      let scored = sources.byScore()
      let popular = RowSources(person, stage, PopularityRanker()).byScore()
      let orders: [RecommendedRow.Kind: [TitleNumber]] = [
        .topPicks: scored, .popular: popular, .trending: sources.trending.titles, .new: sources.newest.titles,
      ]
      let genres = stage.shelf.genres.indices.prefix(PageFigures.rows - first.count).map { genre in
        (areGenresScored ? scored : popular).filter { stage.shelf.genresOfTitle[Int($0)].contains(genre) }
      }
      let rows = first.map { ($0, orders[$0] ?? []) } + genres.map { (RecommendedRow.Kind.genre, $0) }
      var shown: Set<TitleNumber> = []
      return Page(
        rows: rows.map { kind, order in
          let known = shown
          let titles = Array(order.lazy.filter { !isOnce || !known.contains($0) }.prefix(PageFigures.rowItems))
          shown.formUnion(titles)
          return (kind.rawValue, titles)
        })
    }
  }
}

extension RowSources {
  init(_ person: PageStage.Person, _ stage: PageStage, _ ranker: (any ProfileRanker)? = nil) {
    self.init(
      shelf: stage.shelf, viewer: person.viewer,
      ranking: (ranker ?? stage.rankers.best).ranking(for: person.viewer, on: stage.shelf), bounds: PageBounds())
  }
}
