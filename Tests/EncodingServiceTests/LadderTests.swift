import EncodingAPI
import Testing

@testable import EncodingService

@Suite("The ladder of renditions")
struct LadderTests {
  private func sizes(_ width: Int, _ height: Int, rate: FrameRate = FrameRate(25)) -> [String] {
    RenditionLadder.rungs(width: width, height: height, frameRate: rate, constantRateFactor: 23)
      .map { "\($0.width)x\($0.height)" }
  }

  @Test("A 1080p film has five rungs, exactly 16:9")
  func fullLadder() {
    #expect(sizes(1920, 1080) == ["1920x1080", "1280x720", "960x540", "640x360", "416x234"])
  }

  @Test("No rung is above the source")
  func neverAbove() {
    #expect(sizes(1280, 720) == ["1280x720", "960x540", "640x360", "416x234"])
    #expect(sizes(640, 360) == ["640x360", "416x234"])
  }

  @Test("A 4K film is brought down to 1080p")
  func largest() {
    #expect(sizes(3840, 2160).first == "1920x1080")
  }

  @Test("A portrait film stays portrait")
  func portrait() {
    #expect(sizes(1080, 1920) == ["1080x1920", "720x1280", "540x960", "360x640", "234x416"])
  }

  @Test("A film smaller than the lowest rung comes at its own size alone")
  func tiny() {
    #expect(sizes(160, 90) == ["160x90"])
    #expect(sizes(161, 91) == ["160x90"])
  }

  @Test("A film between two rungs also comes at its own size, in its own shape")
  func between() {
    #expect(sizes(640, 480) == ["640x480", "480x360", "312x234"])
    #expect(sizes(1920, 804).first == "1920x804")
  }

  @Test("Sides are even and caps fall with the size", arguments: [(1918, 1078), (853, 480), (720, 576), (2048, 858)])
  func evenAndFalling(width: Int, height: Int) {
    let rungs = RenditionLadder.rungs(
      width: width, height: height, frameRate: FrameRate(30_000, 1001), constantRateFactor: 23)
    #expect(!rungs.isEmpty)
    #expect(rungs.allSatisfy { $0.width % 2 == 0 && $0.height % 2 == 0 && $0.width <= width && $0.height <= height })
    #expect(rungs.map(\.maximumBitrateKbps) == rungs.map(\.maximumBitrateKbps).sorted(by: >))
    #expect(Set(rungs.map(\.name)).count == rungs.count)
  }

  @Test("Fast films get a higher cap")
  func fast() {
    let slow = RenditionLadder.rungs(width: 1280, height: 720, frameRate: FrameRate(25), constantRateFactor: 23)
    let quick = RenditionLadder.rungs(width: 1280, height: 720, frameRate: FrameRate(50), constantRateFactor: 23)
    #expect(quick[0].maximumBitrateKbps > slow[0].maximumBitrateKbps)
  }
}
