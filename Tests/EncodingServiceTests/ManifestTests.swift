import EncodingAPI
import Testing

@testable import EncoderService

@Suite("Manifests as a player reads them")
struct ManifestTests {
  @Test("A media playlist gives its segments, durations and ranges")
  func media() {
    let playlist = HLSMediaPlaylist(
      """
      #EXTM3U
      #EXT-X-TARGETDURATION:5
      #EXT-X-MAP:URI="init.mp4"
      #EXTINF:4.004,
      00001.m4s
      #EXTINF:1.001,
      #EXT-X-BYTERANGE:100@96
      00002.m4s
      #EXT-X-ENDLIST
      """)
    #expect(playlist.targetDurationSeconds == 5 && playlist.map == "init.mp4" && playlist.isComplete)
    #expect(playlist.segments.map(\.address) == ["00001.m4s", "00002.m4s"])
    #expect(playlist.segments[0].byteRange == nil && playlist.segments[1].byteRange?.offset == 96)
    #expect(abs(playlist.durationSeconds - 5.005) < 1e-9)
  }

  @Test("A rest of a second after segments of four is no peak; half a segment is")
  func peak() {
    func playlist(_ rest: String) -> HLSMediaPlaylist {
      HLSMediaPlaylist("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4.000,\n1.m4s\n#EXTINF:\(rest),\n2.m4s\n")
    }
    #expect(playlist("1.000").segments.map(playlist("1.000").countsForPeak) == [true, false])
    #expect(playlist("2.000").segments.map(playlist("2.000").countsForPeak) == [true, true])
  }

  @Test("A master playlist gives its variants, quoted commas and all")
  func master() {
    let playlist = HLSMasterPlaylist(
      """
      #EXTM3U
      #EXT-X-MEDIA:TYPE=AUDIO,URI="audio/en/playlist.m3u8",GROUP-ID="audio",NAME="en"
      #EXT-X-STREAM-INF:BANDWIDTH=2866376,CODECS="avc1.64001f,mp4a.40.2",FRAME-RATE=29.970,AUDIO="audio"
      video/720p/playlist.m3u8
      #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=221683,URI="video/720p/iframes.m3u8"
      """)
    #expect(playlist.variants.count == 1 && playlist.variants[0].codecs == "avc1.64001f,mp4a.40.2")
    #expect(playlist.variants[0].bandwidth == 2_866_376 && playlist.variants[0].frameRate == 29.97)
    #expect(playlist.iFramePlaylists == ["video/720p/iframes.m3u8"])
    #expect(playlist.audioPlaylists.map(\.address) == ["audio/en/playlist.m3u8"])
  }

  @Test("A DASH manifest names every file it means")
  func dash() {
    let manifest = DASHManifest(
      """
      <MPD mediaPresentationDuration="PT1M9.5S"><Period><AdaptationSet><Representation id="0">
      <SegmentTemplate timescale="25" initialization="v/init.mp4" media="v/$Number%05d$.m4s" startNumber="1">
      <SegmentTimeline><S t="0" d="100" r="1"/><S t="200" d="50"/></SegmentTimeline></SegmentTemplate>
      </Representation></AdaptationSet></Period></MPD>
      """)
    #expect(manifest.durationSeconds == 69.5)
    #expect(manifest.representations.map(\.files) == [["v/init.mp4", "v/00001.m4s", "v/00002.m4s", "v/00003.m4s"]])
    #expect(manifest.representations[0].durationSeconds == 10)
  }

  @Test("Rates are announced as the segments have them, where the packager said less")
  func rates() throws {
    let media = "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4.000,\n1.m4s\n#EXTINF:4.000,\n2.m4s\n"
    let sizes = ["video/720p/1.m4s": 1000, "video/720p/2.m4s": 5000, "audio/en/1.m4s": 100, "audio/en/2.m4s": 500]
    let rates = AnnouncedRates(
      playlists: ["video/720p/playlist.m3u8", "audio/en/playlist.m3u8"], read: { _ in media }, size: { sizes[$0] })
    let master = """
      #EXTM3U
      #EXT-X-MEDIA:TYPE=AUDIO,URI="audio/en/playlist.m3u8",GROUP-ID="audio",NAME="en"
      #EXT-X-STREAM-INF:BANDWIDTH=2200,AVERAGE-BANDWIDTH=2000,CODECS="avc1.64001f,mp4a.40.2",AUDIO="audio"
      video/720p/playlist.m3u8
      #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=22,URI="video/720p/iframes.m3u8"
      """
    #expect(rates.hls(master) == master.replacing(":BANDWIDTH=2200,", with: ":BANDWIDTH=11000,"))
    // More than measured may be meant.
    let enough = master.replacing(":BANDWIDTH=2200,", with: ":BANDWIDTH=12000,")
    #expect(rates.hls(enough) == enough)
    let dash = """
      <Representation id="0" bandwidth="2000" width="1280">
      <SegmentTemplate initialization="video/720p/init.mp4" media="video/720p/$Number%05d$.m4s">
      </Representation><Representation id="1" bandwidth="1500">
      <SegmentTemplate initialization="audio/en/init.mp4">
      """
    #expect(rates.dash(dash) == dash.replacing("\"2000\"", with: "\"10000\""))
  }

  @Test("Two cuts in a row, the second softer, are no moved cut")
  func cutsInARow() {
    let text = [0.5, 60, 40, 0.5].map { "lavfi.scd.score=\($0)" }.joined(separator: "\n")
    #expect(SceneScores(text).cuts(missingIn: SceneScores(text)).isEmpty)
  }

  @Test("A cut that moves by one picture is missed")
  func scenes() {
    func scores(_ cuts: [Int]) -> SceneScores {
      SceneScores((0..<100).map { "lavfi.scd.score=\(cuts.contains($0) ? "30.0" : "0.5")" }.joined(separator: "\n"))
    }
    #expect(scores([20, 60]).cuts == [20, 60])
    #expect(scores([20, 60]).cuts(missingIn: scores([20, 60])) == [])
    #expect(scores([20, 60]).cuts(missingIn: scores([20, 61])) == [60])
    #expect(scores([20, 60]).cuts(missingIn: scores([])) == [20, 60])
  }

  @Test("The storyboard tells every moment's place on its sheet")
  func storyboard() {
    let plan = FilmPlan(
      frameRate: FrameRate(25), frameCount: 1100, groupFrames: 50, segmentFrames: 100, firstPictureSeconds: 0,
      rungs: [Rung(name: "180p", width: 320, height: 180, constantRateFactor: 23, maximumBitrateKbps: 300)],
      preset: "fast", audio: [])
    let surveying = Surveying(plan: plan, limits: SourceLimits())
    #expect(surveying.tileCount == 22 && surveying.sheetCount == 2)
    #expect(surveying.storyboard.contains("00:00:02.000 --> 00:00:04.000\nstoryboard-001.jpg#xywh=160,0,160,90\n"))
    #expect(surveying.storyboard.hasSuffix("00:00:42.000 --> 00:00:44.000\nstoryboard-002.jpg#xywh=160,0,160,90\n"))
  }

  @Test("Seconds are written as ffmpeg reads them")
  func seconds() {
    #expect(FFmpegArguments.seconds(2.002) == "2.002000")
    #expect(FFmpegArguments.seconds(0) == "0.000000")
    #expect(FFmpegArguments.seconds(-0.04) == "-0.040000")
  }
}
