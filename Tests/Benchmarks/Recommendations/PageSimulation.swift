import Contract
import Foundation
import RecommenderKit
import Testing

@testable import RecommendationsService

/// How much of what people went on to like stands on the page without scrolling, by the product's own composer next to
/// fixed templates; printed. `deploy/bench recommendations page` asks for it.
@Suite(.serialized, .enabled(if: PageStage.folder != nil, "deploy/bench recommendations page runs this"))
struct PageSimulation {
  private static let folds = 5

  @Test("Pages of people whose likes are partly hidden, next to fixed templates")
  func pages() throws {
    let folder = try #require(PageStage.folder)
    var figures = PageFigures()
    for fold in 0..<Self.folds {
      let stage = try PageStage(folder: folder, fold: fold)
      for (place, person) in stage.people.enumerated() {
        for arm in PageArm.all {
          figures.note(
            arm.page(for: person, on: stage, seed: UInt64(fold * 10_000 + place)), of: person, on: stage.shelf,
            by: arm.name)
        }
      }
    }
    for line in figures.lines { Bench.print(line) }
    #expect(figures.repeats(of: PageArm.ours) == 0)
  }
}
