import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("A ladder of the film's own")
struct PerTitleTests {
  /// Measured on two seconds each of 640×360: kilobits a second and VMAF at rate factors 19, 25 and 32.
  enum Content: String, CaseIterable {
    case bunny, gradients, testCard, mandelbrot, noisyGradients

    var measured: [[(kbps: Double, vmaf: Double)]] {
      switch self {
      case .bunny:
        [
          [(1199, 96.3), (527, 91.3), (229, 78.7)], [(772, 91.6), (328, 85), (141, 68.7)],
          [(482, 81.1), (204, 71.9), (84, 50.6)], [(275, 64.9), (115, 52.7), (49, 29.2)],
        ]
      case .gradients:
        [
          [(147, 93.9), (90, 92.6), (46, 91.4)], [(90, 93.2), (58, 92.3), (36, 91.1)],
          [(57, 92.5), (37, 91.5), (25, 90.7)], [(35, 91.8), (24, 91.1), (19, 90)],
        ]
      case .testCard:
        [
          [(994, 98.3), (606, 96.1), (274, 89)], [(586, 91.9), (282, 88.3), (130, 80.4)],
          [(255, 84.6), (130, 79.8), (75, 68.4)], [(128, 69.8), (75, 63.5), (47, 50.8)],
        ]
      case .mandelbrot:
        [
          [(1657, 93.7), (833, 87.4), (252, 72.2)], [(792, 81.8), (323, 74.9), (97, 60.4)],
          [(321, 69.8), (128, 61.1), (50, 45.8)], [(127, 53.2), (60, 44.9), (30, 25)],
        ]
      case .noisyGradients:
        [
          [(30_289, 98.6), (21_813, 88.1), (12_628, 50.3)], [(14_792, 67.4), (9640, 52.7), (3981, 22.8)],
          [(5816, 36.5), (3525, 22.2), (680, 5.6)], [(2151, 15.4), (1108, 4.7), (102, 3)],
        ]
      }
    }

    var curve: QualityCurve { PerTitleTests.curve(measured, sizes: [(640, 360), (480, 270), (320, 180), (208, 118)]) }
  }

  private static func curve(_ measured: [[(kbps: Double, vmaf: Double)]], sizes: [(Int, Int)]) -> QualityCurve {
    QualityCurve(windows: [
      zip(sizes, measured).flatMap { size, points in
        zip([19, 25, 32], points).map { factor, point in
          CurvePoint(
            width: size.0, height: size.1, constantRateFactor: factor, kbps: point.kbps, ssim: 0.9, vmaf: point.vmaf)
        }
      }
    ])
  }

  /// As the fixed ladder would be, had it these sizes.
  private let fixed = [(640, 360, 980), (480, 270, 640), (320, 180, 350), (208, 118, 180)].map { width, height, cap in
    Rung(name: "\(height)p", width: width, height: height, constantRateFactor: 23, maximumBitrateKbps: cap)
  }

  private func choices(_ content: Content) -> [PerTitleLadder.Choice]? {
    PerTitleLadder(curve: content.curve, fixed: fixed).choices()
  }

  @Test("At no quality does it cost more than the fixed ladder", arguments: Content.allCases)
  func neverWorse(content: Content) throws {
    guard let choices = choices(content) else { return }
    for choice in choices {
      let baseline = try #require(choice.why.comparedTo)
      #expect(choice.why.predictedKbps ?? .infinity <= baseline.kbps, "\(choice)")
      #expect(choice.why.predictedQuality ?? 0 >= min(95, baseline.quality) - 0.05, "\(choice)")
    }
    let total = choices.reduce(0) { $0 + ($1.why.predictedKbps ?? 0) }
    #expect(total <= PerTitleLadder(curve: content.curve, fixed: fixed).fixedPrediction.reduce(0) { $0 + $1.kbps })
  }

  @Test("No rung is beaten by another, and neighbours are told apart", arguments: Content.allCases)
  func spaced(content: Content) {
    guard let choices = choices(content) else { return }
    for (above, below) in zip(choices, choices.dropFirst()) {
      #expect(above.why.predictedKbps ?? 0 > below.why.predictedKbps ?? 0)
      #expect(above.why.predictedQuality ?? 0 > below.why.predictedQuality ?? 0)
      #expect(above.rung.width >= below.rung.width)
      #expect(above.rung.maximumBitrateKbps >= below.rung.maximumBitrateKbps)
    }
    for (above, below) in zip(choices.dropLast(), choices.dropFirst().dropLast()) {
      #expect((above.why.predictedKbps ?? 0) >= (below.why.predictedKbps ?? 0) * PerTitleLadder.leastRatio)
    }
    #expect(Set(choices.map(\.rung.name)).count == choices.count)
  }

  @Test("An easy film gets fewer and cheaper rungs than a rich one")
  func easy() throws {
    let easy = try #require(choices(.gradients))
    let rich = try #require(choices(.bunny))
    #expect(easy.count < rich.count)
    #expect(easy[0].why.predictedKbps ?? 0 < (rich[0].why.predictedKbps ?? 0) / 5)
    #expect(easy.last.map { min($0.rung.width, $0.rung.height) <= 240 } == true)
  }

  @Test("What is better than can be seen is not paid for")
  func target() throws {
    let best = try #require(choices(.testCard)?.first)
    #expect(best.rung.constantRateFactor > 23 && best.why.reason.contains("as good as can be seen"))
  }

  @Test("Where a cap decides, its rung is what the cap amounts to; beyond what was sampled the fixed ladder stays")
  func capped() throws {
    let best = try #require(choices(.mandelbrot)?.first)
    #expect(best.rung.constantRateFactor == 24 && best.why.reason.hasPrefix("At the cap of the fixed 360p"))
    #expect(choices(.noisyGradients) == nil)
  }

  @Test("A film of one small size has one rung; one on its side is named by its short side")
  func shapes() throws {
    let tiny = [Rung(name: "90p", width: 160, height: 90, constantRateFactor: 23, maximumBitrateKbps: 120)]
    let small = Self.curve([[(100, 97), (60, 94), (30, 80)]], sizes: [(160, 90)])
    let one = try #require(PerTitleLadder(curve: small, fixed: tiny).choices())
    #expect(one.map(\.rung.name) == ["90p"])
    let portrait = [(360, 640, 980), (234, 416, 500)].map { width, height, cap in
      Rung(name: "\(width)p", width: width, height: height, constantRateFactor: 23, maximumBitrateKbps: cap)
    }
    let tall = Self.curve(
      [[(994, 98.3), (606, 96.1), (274, 89)], [(255, 84.6), (130, 79.8), (75, 68.4)]], sizes: [(360, 640), (234, 416)])
    #expect(PerTitleLadder(curve: tall, fixed: portrait).choices()?.map(\.rung.name) == ["360p", "234p"])
  }

  @Test("Only what was sampled is estimated; a size between two lies between them")
  func estimates() throws {
    let curve = Content.bunny.curve
    let size = PictureSize(width: 640, height: 360)
    #expect(curve.estimate(size, constantRateFactor: 18) == nil && curve.estimate(size, constantRateFactor: 33) == nil)
    let middle = try #require(curve.estimate(size, constantRateFactor: 22))
    #expect(abs(middle.kbps - 794.9) < 1 && abs(middle.quality - 93.8) < 0.01)
    let between = [Rung(name: "234p", width: 416, height: 234, constantRateFactor: 23, maximumBitrateKbps: 500)]
    let predicted = try #require(PerTitleLadder(curve: curve, fixed: between).fixedPrediction.first)
    #expect(predicted.quality > 75 && predicted.quality < 88)
  }

  @Test("Quality is VMAF only where every sample has it")
  func measures() {
    func window(_ vmaf: Double?) -> [CurvePoint] {
      [CurvePoint(width: 160, height: 90, constantRateFactor: 19, kbps: 100, ssim: 0.97, vmaf: vmaf)]
    }
    #expect(QualityCurve(windows: [window(90), window(80)]).estimates.map(\.quality) == [85])
    let mixed = QualityCurve(windows: [window(90), window(nil)])
    #expect(mixed.measure == .ssim && mixed.estimates.map(\.quality) == [91])
    let values = stride(from: 0.0, through: 1, by: 0.01).map(QualityCurve.vmafLike)
    #expect(values == values.sorted() && values.last == 100)
  }

  @Test("At most four sizes are sampled, the largest and smallest among them")
  func sampledSizes() {
    let ladder = RenditionLadder.rungs(
      width: 1920, height: 1080, frameRate: FrameRate(25), constantRateFactor: 23)
    let sizes = SamplePlan.sizes(of: ladder)
    #expect(sizes.count == 4 && sizes.first?.width == 1920 && sizes.last?.width == 416)
  }

  @Test("Sampling costs a long film little", arguments: [3600.0, 5400, 10_800])
  func cost(seconds: Double) {
    let film = FilmPlan(
      frameRate: FrameRate(25), frameCount: Int(seconds * 25), groupFrames: 50, segmentFrames: 100,
      firstPictureSeconds: 0, rungs: [], preset: "fast")
    let plan = SamplePlan(film, fixed: fixed)
    #expect(plan.sampledSeconds * SamplePlan.work <= seconds * 0.03)
  }
}
