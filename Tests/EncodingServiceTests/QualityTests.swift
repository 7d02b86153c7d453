import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("Quality, as it is told")
struct QualityTests {
  @Test("The worst second is found and named, and a rest of a second is none")
  func statistics() throws {
    var scores = QualityScores()
    let lines = (1...80).map { "n:\($0) Y:\($0 > 25 && $0 <= 50 ? 0.5 : 0.9) U:1 V:1 All:1 (20)" }
    scores.addSSIM((lines + ["n:81 Y:0.100000 U:1 V:1 All:1 (1)"]).joined(separator: "\n"), from: 100)
    let statistics = try #require(scores.statistics(FrameRate(25), places: 4))
    #expect(statistics.worstSecond == 0.5 && statistics.worstSecondAtSeconds == 5)
    #expect(statistics.fifthPercentile == 0.5 && abs(statistics.mean - 0.7667) < 0.001)
  }

  @Test("VMAF is read by the name of its column")
  func vmaf() {
    var scores = QualityScores()
    scores.addVMAF("Frame,integer_adm2,vmaf,\n0,0.9,95.5,\n5,0.9,90.5,\n", from: 50)
    #expect(scores.scores.map(\.picture) == [50, 55] && scores.scores.map(\.score) == [95.5, 90.5])
    #expect(QualityScores().statistics(FrameRate(25), places: 2) == nil)
  }

  /// A bright spot that wanders, one step each picture.
  private func picture(_ moment: Int, noise: UInt8 = 0) -> [UInt8] {
    var pixels = [UInt8](repeating: 60, count: Thumbnails.bytes)
    for y in 10..<20 { for x in 0..<10 { pixels[y * Thumbnails.width + (moment * 2 + x) % Thumbnails.width] = 200 } }
    return noise == 0 ? pixels : pixels.enumerated().map { $1 &+ UInt8($0 % 2) &* noise }
  }

  private func likeness(_ result: [[UInt8]]) -> Likeness {
    var thumbnails = Thumbnails(stepSeconds: 0.2)
    thumbnails.runs = [.init(firstSeconds: 40, source: (0..<20).map { picture($0) }, result: result)]
    return thumbnails.likeness
  }

  private func verdict(_ result: [[UInt8]]) -> CheckResult {
    let score = QualityStatistics(mean: 0.3, fifthPercentile: 0.2, worstSecond: 0.1, worstSecondAtSeconds: 0)
    let quality = RenditionQuality(measuredSeconds: 4, ssim: score, vmaf: nil, likeness: likeness(result))
    let rung = Rung(name: "720p", width: 1280, height: 720, constantRateFactor: 23, maximumBitrateKbps: 100)
    return QualityGate().judge(quality, of: rung)
  }

  @Test("A poor copy passes, however low its scores; one that stands still, is black, late or another does not")
  func gate() {
    #expect(verdict((0..<20).map { picture($0, noise: 12) }).passed)
    #expect(!verdict((0..<20).map { _ in picture(0) }).passed)
    #expect(!verdict((0..<20).map { _ in [UInt8](repeating: 0, count: Thumbnails.bytes) }).passed)
    #expect(!verdict((0..<20).map { picture($0).reversed() }).passed)
    let late = verdict((0..<20).map { picture(max(0, $0 - 3)) })
    #expect(!late.passed && late.detail == "720p shows the pictures of 0.6 s earlier in the source")
  }

  @Test("Two seconds that stand still are found where they are")
  func seconds() {
    let result = verdict((0..<20).map { picture((10..<20).contains($0) ? 9 : $0) })
    #expect(!result.passed && result.check == "quality 720p" && result.detail.contains("at 43.0 s"), "\(result)")
  }

  @Test("A film in which nothing moves may be copied, and not replaced")
  func still() {
    var thumbnails = Thumbnails(stepSeconds: 0.2)
    thumbnails.runs = [
      .init(
        firstSeconds: 0, source: (0..<10).map { _ in picture(3) }, result: (0..<10).map { _ in picture(3, noise: 2) })
    ]
    #expect(thumbnails.likeness.stray < 0.5)
    thumbnails.runs[0].result = (0..<10).map { _ in picture(9) }
    #expect(thumbnails.likeness.stray > 10)
  }

  @Test("Windows are whole groups spread over a film, or all of a short one")
  func windows() {
    let spread = FilmWindows.spread(5, over: 10_000, groupFrames: 50)
    #expect(spread.map(\.first) == [1000, 3000, 5000, 7000, 9000] && spread.allSatisfy { $0.count == 50 })
    #expect(FilmWindows.spread(5, over: 250, groupFrames: 50) == [PictureRange(first: 0, count: 250)])
    for frames in [501, 777, 1999, 90_001] {
      for window in FilmWindows.spread(5, over: frames, groupFrames: 50) {
        #expect(window.first % 50 == 0 && window.first + window.count <= frames)
      }
    }
  }

  @Test("A picture off its place, or decoded before its time, is told by its number")
  func times() {
    func packets(_ shown: [Double]) -> [PacketTimes] {
      shown.enumerated().map { PacketTimes(shown: $1, decoded: Double($0) / 25) }
    }
    let steady = (0..<50).map { Double($0) / 25 }
    #expect(PacketTimes.fault(packets(steady), frameRate: FrameRate(25)) == nil)
    var moved = steady
    moved[30] += 0.01
    #expect(PacketTimes.fault(packets(moved), frameRate: FrameRate(25))?.contains("picture 30") == true)
    #expect(PacketTimes.fault(packets(steady + [1.96]), frameRate: FrameRate(25))?.contains("picture 50") == true)
    let back = [PacketTimes(shown: 0, decoded: 0), PacketTimes(shown: 0.04, decoded: 0)]
    #expect(PacketTimes.fault(back, frameRate: FrameRate(25))?.contains("decoded") == true)
    #expect(PacketTimes("1.200000,1.120000") == PacketTimes(shown: 1.2, decoded: 1.12) && PacketTimes("N/A") == nil)
  }
}
