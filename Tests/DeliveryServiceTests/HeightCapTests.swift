import Contract
import DeliveryService
import Foundation
import SecurityKit
import TestKit
import Testing

@Suite("A session sees no sharper pictures than it was opened for")
struct HeightCapTests {
  // As our packager writes them, shortened.
  static let hls = """
    #EXTM3U
    ## Generated with a packager

    #EXT-X-INDEPENDENT-SEGMENTS

    #EXT-X-MEDIA:TYPE=AUDIO,URI="audio/eng/playlist.m3u8",GROUP-ID="audio",LANGUAGE="en",NAME="eng",DEFAULT=YES

    #EXT-X-STREAM-INF:BANDWIDTH=359518,CODECS="avc1.64000d,mp4a.40.2",RESOLUTION=416x234,AUDIO="audio"
    video/234p/playlist.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=2520032,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,AUDIO="audio"
    video/720p/playlist.m3u8
    #EXT-X-STREAM-INF:BANDWIDTH=5520032,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080,AUDIO="audio"
    video/1080p/playlist.m3u8

    #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=31780,CODECS="avc1.64000d",RESOLUTION=416x234,URI="video/234p/iframes.m3u8"
    #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=52844,CODECS="avc1.64001f",RESOLUTION=1280x720,URI="video/720p/iframes.m3u8"
    #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,CODECS="avc1.640028",RESOLUTION=1920x1080,URI="video/1080p/iframes.m3u8"

    """

  private static func representation(_ id: Int, _ width: Int, _ height: Int) -> String {
    """
          <Representation id="\(id)" bandwidth="\(id + 1)000" codecs="avc1" mimeType="video/mp4" width="\(width)" \
    height="\(height)">
            <SegmentTemplate timescale="25000" initialization="video/\(height)p/init.mp4" \
    media="video/\(height)p/$Number%05d$.m4s" startNumber="1">
              <SegmentTimeline>
                <S t="0" d="100000" r="3"/>
              </SegmentTimeline>
            </SegmentTemplate>
          </Representation>

    """
  }

  static let dash =
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT16S">
      <Period id="0">
        <AdaptationSet id="0" contentType="video" maxWidth="1920" maxHeight="1080" segmentAlignment="true">

    """ + representation(0, 416, 234) + representation(1, 1280, 720) + representation(2, 1920, 1080) + """
          </AdaptationSet>
          <AdaptationSet id="1" contentType="audio" lang="en">
            <Representation id="3" bandwidth="131270" codecs="mp4a.40.2" mimeType="audio/mp4">
              <SegmentTemplate initialization="audio/eng/init.mp4" media="audio/eng/$Number%05d$.m4s"/>
            </Representation>
          </AdaptationSet>
        </Period>
      </MPD>

      """

  private static let files = [
    "video/234p/playlist.m3u8", "video/234p/00001.m4s", "video/720p/init.mp4", "video/720p/iframes.m3u8",
    "video/1080p/playlist.m3u8", "video/1080p/iframes.m3u8", "video/1080p/init.mp4", "video/1080p/00001.m4s",
    "audio/eng/playlist.m3u8", "audio/eng/00001.m4s", "storyboard.vtt",
  ]

  private func withFilm(_ body: (DeliveryStage, (Int?) -> String) async throws -> Void) async throws {
    try await withDelivery { stage async throws in
      try stage.write(Array(Self.hls.utf8), to: "master.m3u8")
      try stage.write(Array(Self.dash.utf8), to: "manifest.mpd")
      for file in Self.files { try stage.write(Array(file.utf8), to: file) }
      try await body(stage) { maxHeight in
        MediaToken(
          session: DeliveryStage.session, profile: ProfileID(seed: "profile"), asset: DeliveryStage.asset,
          expires: stage.clock.now.adding(seconds: 3600), keyID: stage.service.keys.newestMediaKey.id,
          maxHeight: maxHeight
        ).sign(with: stage.service.keys)
      }
    }
  }

  private func text(_ answer: TransportResponse) -> String { String(decoding: answer.body, as: UTF8.self) }

  @Test(
    "The HLS master lists what is within the cap and nothing above it", arguments: [240, 719, 720, 1079, 1080, 4320])
  func hls(cap: Int) async throws {
    try await withFilm { stage, token in
      let answer = try await stage.fetch(stage.address("master.m3u8", token: token(cap)))
      #expect(answer.status == 200 && answer.header("content-type") == "application/vnd.apple.mpegurl")
      let heights = [234, 720, 1080].filter { $0 <= cap }
      let lines = text(answer).split(separator: "\n").map(String.init)
      let addresses = lines.filter { !$0.hasPrefix("#") }
      #expect(addresses == heights.map { "video/\($0)p/playlist.m3u8" })
      #expect(lines.count { $0.hasPrefix("#EXT-X-STREAM-INF") } == heights.count)
      #expect(lines.filter { $0.hasPrefix("#EXT-X-I-FRAME") }.count == heights.count)
      for height in [720, 1080] where height > cap { #expect(!text(answer).contains("\(height)")) }
      #expect(text(answer).contains("audio/eng/playlist.m3u8") && lines[0] == "#EXTM3U")
      if cap >= 1080 { #expect(text(answer) == Self.hls) }
    }
  }

  @Test("The DASH manifest lists what is within the cap and nothing above it", arguments: [240, 720, 1080])
  func dash(cap: Int) async throws {
    try await withFilm { stage, token in
      let answer = try await stage.fetch(stage.address("manifest.mpd", token: token(cap)))
      #expect(answer.status == 200 && answer.header("content-type") == "application/dash+xml")
      let document = try XMLText(text(answer))
      let heights = [234, 720, 1080].filter { $0 <= cap }
      #expect(document.elements["Representation"] == heights.count + 1)
      #expect(document.elements["AdaptationSet"] == 2)
      for height in [720, 1080] where height > cap { #expect(!text(answer).contains("\(height)")) }
      for height in heights { #expect(text(answer).contains("video/\(height)p/init.mp4")) }
      #expect(!text(answer).contains("maxHeight") && text(answer).contains("audio/eng/init.mp4"))
    }
  }

  @Test("Files above the cap are refused, whatever their kind; all others are served")
  func files() async throws {
    try await withFilm { stage, token in
      for cap in [240, 720, 1080] {
        for file in Self.files {
          let height = MediaLayout.renditionHeight(of: file)
          let answer = try await stage.fetch(stage.address(file, token: token(cap)))
          let isGranted = height.map { $0 <= cap } ?? true
          #expect(answer.status == (isGranted ? 200 : 403), "\(file) at \(cap)")
          if !isGranted { #expect(answer.problem.code == "height-not-granted") }
        }
      }
      // What lies among the pictures and tells no height is nobody's with a cap; without one it is served as ever.
      #expect(try await stage.fetch(stage.address("video/1.m4s", token: token(2160))).status == 403)
      #expect(try await stage.fetch(stage.address("video/1.m4s", token: token(nil))).status == 200)
      #expect(try await stage.fetch(stage.address("video/1080p/00001.m4s", token: token(nil))).status == 200)
      #expect(text(try await stage.fetch(stage.address("manifest.mpd", token: token(nil)))) == Self.dash)
    }
  }

  @Test("A capped manifest has a validator of its own, and the length that HEAD tells")
  func validator() async throws {
    try await withFilm { stage, token in
      let (low, high) = (
        stage.address("master.m3u8", token: token(720)), stage.address("master.m3u8", token: token(1080))
      )
      let whole = try await stage.fetch(low)
      let tag = try #require(whole.header("etag"))
      #expect(tag != (try await stage.fetch(high).header("etag")))
      #expect(try await stage.fetch(low, .get, as: .anonymous, [("if-none-match", tag)]).status == 304)
      #expect(try await stage.fetch(high, .get, as: .anonymous, [("if-none-match", tag)]).status == 200)
      let head = try await stage.fetch(low, .head)
      #expect(head.status == 200 && head.header("content-length") == "\(whole.body.count)")
      let ranged = try await stage.fetch(low, .get, as: .anonymous, [("range", "bytes=0-3")])
      #expect(ranged.status == 200 && ranged.body == whole.body)
    }
  }

  @Test("Names that only look like a rendition within the cap are not taken for one")
  func names() {
    for file in [
      "video/0720p/x", "video/99999999999p/x", "video/-1p/x", "video/p/x", "video/72Op/x", "video/720P/x",
      "video/vp9-720p/x", "video/hevc-/x", "video/hevc-hevc-720p/x", "video/720p-/x", "video/720p-1/x",
      "video/720p-22/x", "video/-2/x", "video/hevc-720p-2-2/x",
    ] {
      let name = MediaFileName(parts: file.split(separator: "/"))
      let height = MediaLayout.renditionHeight(of: file)
      if let name, height == nil { #expect(!HeightCap(maxHeight: 8640).grants(name), "\(file)") }
    }
    #expect(MediaLayout.renditionHeight(of: "video/720p/x") == 720)
    for folder in ["hevc-720p", "av1-720p", "720p-2", "av1-720p-3"] {
      #expect(MediaLayout.renditionHeight(of: "video/\(folder)/x") == 720, "\(folder)")
    }
    #expect(MediaLayout.renditionHeight(of: "video/720p") == nil)
    #expect(MediaLayout.renditionHeight(of: "audio/720p/x") == nil)
  }
}

/// Well-formed XML and how many elements of each name it has.
private struct XMLText {
  private(set) var elements: [String: Int] = [:]

  struct Malformed: Error {}

  init(_ text: String) throws {
    var open: [Substring] = []
    for match in text.matches(of: /<(\/?)([A-Za-z]+)([^>]*?)(\/?)>/) {
      if match.1.isEmpty {
        elements[String(match.2), default: 0] += 1
        if match.4.isEmpty { open.append(match.2) }
      } else if open.popLast() != match.2 {
        throw Malformed()
      }
    }
    guard open.isEmpty else { throw Malformed() }
  }
}
