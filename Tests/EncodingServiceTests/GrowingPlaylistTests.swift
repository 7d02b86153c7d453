import EncodingAPI
import Testing

@testable import EncoderService

@Suite("Playlists and init segments of a film's beginning")
struct GrowingPlaylistTests {
  private let plan = FilmPlan(
    frameRate: FrameRate(25), frameCount: 550, groupFrames: 50, segmentFrames: 100, firstPictureSeconds: 0,
    rungs: [Rung(name: "180p", width: 320, height: 180, constantRateFactor: 23, maximumBitrateKbps: 300)],
    preset: "fast")

  @Test("A media playlist is cut where the pictures end, ranges and all, and says that more will come")
  func media() {
    let whole = """
      #EXTM3U
      #EXT-X-VERSION:6
      #EXT-X-TARGETDURATION:5
      #EXT-X-PLAYLIST-TYPE:VOD
      #EXT-X-MAP:URI="init.mp4"
      #EXTINF:4.011,
      #EXT-X-BYTERANGE:10@0
      00001.m4s
      #EXTINF:3.989,
      00002.m4s
      #EXTINF:4.011,
      #EXT-X-BYTERANGE:10@20
      00003.m4s
      #EXT-X-ENDLIST
      """
    #expect(
      GrowingPlaylist.media(whole, endingAt: 8) == """
        #EXTM3U
        #EXT-X-VERSION:6
        #EXT-X-TARGETDURATION:5
        #EXT-X-PLAYLIST-TYPE:EVENT
        #EXT-X-START:TIME-OFFSET=0
        #EXT-X-MAP:URI="init.mp4"
        #EXTINF:4.011,
        #EXT-X-BYTERANGE:10@0
        00001.m4s
        #EXTINF:3.989,
        00002.m4s

        """)
    #expect(HLSMediaPlaylist(GrowingPlaylist.media(whole, endingAt: 4)).segments.count == 1)
    #expect(HLSMediaPlaylist(GrowingPlaylist.media(whole, endingAt: 12)).segments.count == 3)
  }

  @Test("A master promises each rung's cap, or more where the beginning already needs more")
  func master() {
    func promised(_ bandwidth: Int) -> Int? {
      let text = """
        #EXTM3U
        #EXT-X-STREAM-INF:BANDWIDTH=\(bandwidth),AVERAGE-BANDWIDTH=1000,CODECS="avc1.64000d"
        video/180p/playlist.m3u8
        """
      let master = GrowingPlaylist.master(text, plan: plan)
      #expect(master.contains("AVERAGE-BANDWIDTH=1000,"))
      return HLSMasterPlaylist(master).variants.first?.bandwidth
    }
    #expect(promised(2000) == 300_000)
    #expect(promised(400_000) == 400_000)
  }

  @Test("An init segment says nothing of when it was made, nor of how much was packaged with it")
  func initSegment() throws {
    func box(_ name: String, _ body: [UInt8]) -> [UInt8] {
      let size = UInt32(body.count + 8)
      return [UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), UInt8(size & 255)]
        + Array(name.utf8) + body
    }
    func movie(time: UInt8, duration: UInt8) -> [UInt8] {
      let times: [UInt8] = [0, 0, 0, time, 0, 0, 0, time]
      let head = [0, 0, 0, 0] + times + [0, 0, 0x61, 0xA8] + [UInt8](repeating: 7, count: 80)
      let track = box("trak", box("tkhd", head) + box("mdia", box("mdhd", head)))
      let mehd = box("mehd", [0, 0, 0, 0, 0, 0, 0, duration])
      return box("ftyp", [1, 2]) + box("moov", box("mvhd", head) + track + box("mvex", mehd))
    }
    let one = try #require(InitSegment(movie(time: 9, duration: 1), durationSeconds: 22)).bytes
    let other = try #require(InitSegment(movie(time: 200, duration: 77), durationSeconds: 22)).bytes
    #expect(one == other && one.count == movie(time: 9, duration: 1).count)
    // 22 s of 25,000 ticks.
    #expect(one.suffix(4) == [0, 8, 0x64, 0x70])
    #expect(InitSegment([1, 2, 3], durationSeconds: 22) == nil)
    #expect(InitSegment(box("moov", box("mvhd", [0])), durationSeconds: 22) == nil)
  }
}
