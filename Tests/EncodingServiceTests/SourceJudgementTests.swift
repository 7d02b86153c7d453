import Contract
import EncodingAPI
import Testing

@testable import EncoderService

@Suite("What probing believes")
struct SourceJudgementTests {
  private func report(
    streams: String, format: String = #"{"format_name":"mov,mp4","duration":"4.0","start_time":"0.0"}"#
  ) throws -> ProbeReport {
    try JSON.decode(ProbeReport.self, from: Array(#"{"streams":[\#(streams)],"format":\#(format)}"#.utf8))
  }

  private func video(_ more: String = "", width: Int = 640, height: Int = 360) -> String {
    #"{"index":0,"codec_type":"video","codec_name":"h264","width":\#(width),"height":\#(height),"#
      + #""r_frame_rate":"25/1","avg_frame_rate":"25/1"\#(more)}"#
  }

  private func times(_ seconds: [Double]) -> PictureTimes {
    var times = PictureTimes()
    for second in seconds { times.read("\(second),K_") }
    return times
  }

  private let steady = (0..<100).map { Double($0) / 25 }

  private func judge(_ report: ProbeReport, _ seconds: [Double]? = nil, complaints: String = "") throws -> SourceFacts {
    try SourceJudgement(limits: SourceLimits()).facts(report, times: times(seconds ?? steady), complaints: complaints)
  }

  private func refusal(_ body: () throws -> SourceFacts) -> String {
    do {
      _ = try body()
      return "not refused"
    } catch let fault as EncodingFault {
      return fault.reason
    } catch {
      return "\(error)"
    }
  }

  @Test("A steady film is taken as it is")
  func steadyFilm() throws {
    let facts = try judge(report(streams: video()))
    #expect(facts.frameRate == FrameRate(25) && facts.frameCount == 100 && facts.conformReason == nil)
    #expect(facts.audio.isEmpty)
  }

  @Test("A film whose pictures stray from any steady rate is conformed")
  func variable() throws {
    var seconds = steady
    for index in 50..<100 { seconds[index] += Double(index - 49) * 0.013 }
    #expect(try judge(report(streams: video()), seconds).conformReason == "its frame rate varies")
  }

  @Test("Times rounded to milliseconds are still steady")
  func rounded() throws {
    let seconds = (0..<200).map { (Double($0) * 1001 / 30).rounded() / 1000 }
    #expect(FrameClock.constantRate(of: seconds, declared: [FrameRate(30_000, 1001)]) == FrameRate(30_000, 1001))
  }

  @Test("29.97 is told from 30 in a film of an hour, whatever is declared first")
  func closeRates() {
    let seconds = (0..<30_000).map { Double($0) * 1001 / 30_000 }
    #expect(FrameClock.constantRate(of: seconds, declared: [FrameRate(30)]) == FrameRate(30_000, 1001))
  }

  @Test("Interlaced films and containers that cannot be cut exactly are conformed")
  func conformed() throws {
    #expect(try judge(report(streams: video(#","field_order":"tt""#))).conformReason == "it is interlaced")
    let transport = #"{"format_name":"mpegts","duration":"4.0","start_time":"1.4"}"#
    #expect(try judge(report(streams: video(), format: transport)).conformReason != nil)
  }

  @Test("What the file says of its colours is kept; what it does not say is what players would guess")
  func colours() throws {
    let tagged = #","color_primaries":"bt470bg","color_transfer":"bt470bg","color_space":"bt470bg","color_range":"pc""#
    let pal = try judge(report(streams: video(tagged)))
    #expect(
      pal.colourTags
        == ColourTags(
          primaries: "bt470bg", transfer: "smpte170m", matrix: "bt470bg", isFullRange: true))
    #expect(try judge(report(streams: video(width: 1280, height: 720))).colourTags == .bt709)
    #expect(try judge(report(streams: video())).colourTags.matrix == "bt470bg")
    let hdr = try judge(
      report(streams: video(#","color_transfer":"smpte2084","color_primaries":"bt2020","pix_fmt":"yuv420p10le""#)))
    #expect(hdr.conformReason == "it is in high dynamic range" && hdr.colourTags == .bt709)
    #expect(hdr.colour.bitDepth == 10 && hdr.colour.isHighDynamicRange)
    #expect(try judge(report(streams: video(#","pix_fmt":"gbrp""#))).conformReason == "its pictures are in RGB")
  }

  @Test("A film filmed sideways is shown upright")
  func rotated() throws {
    let facts = try judge(report(streams: video(#","side_data_list":[{"rotation":-90}]"#)))
    #expect(facts.width == 360 && facts.height == 640)
  }

  @Test("Pixels that are not square are made so")
  func anamorphic() throws {
    let facts = try judge(report(streams: video(#","sample_aspect_ratio":"16:11""#, width: 720, height: 576)))
    #expect(facts.width == 1048 && facts.height == 576)
  }

  @Test("What cannot be handled is refused in words")
  func refusals() throws {
    let sound = #"{"index":0,"codec_type":"audio","channels":2}"#
    let cover = video(#","disposition":{"attached_pic":1}"#)
    let long = #"{"format_name":"mov,mp4","duration":"400.0","start_time":"0.0"}"#
    let cases: [(words: String, said: String)] = [
      ("sound but no pictures", refusal { try judge(report(streams: sound)) }),
      ("sound but no pictures", refusal { try judge(report(streams: cover + "," + sound)) }),
      ("16384×8640", refusal { try judge(report(streams: video(width: 16_384, height: 8640))) }),
      ("pixels", refusal { try judge(report(streams: video(width: Int.max, height: Int.max))) }),
      ("Dolby Vision", refusal { try judge(report(streams: video(#","side_data_list":[{"dv_profile":5}]"#))) }),
      ("no pictures", refusal { try judge(report(streams: video()), []) }),
      ("cut short", refusal { try judge(report(streams: video()), complaints: "offset 0xf: partial file") }),
      ("cut short", refusal { try judge(report(streams: video(), format: long)) }),
    ]
    for (words, said) in cases { #expect(said.contains(words), "\(said)") }
  }

  @Test(
    "Files that are plainly no films are named",
    arguments: [
      ("PK\u{3}\u{4}…", "ZIP"), ("#EXTM3U\nfile", "playlist"), ("ffconcat version 1.0", "list of other files"),
      ("Dear Sir,\nhello", "text"), ("%PDF-1.4", "PDF"), ("", "empty"),
    ])
  func sniffed(head: String, word: String) {
    let bytes = Array(head.utf8)
    #expect(FileSniff.refusal(of: bytes, sizeBytes: bytes.count)?.contains(word) == true)
  }

  @Test("The head of a film is left to the demuxer")
  func film() {
    #expect(FileSniff.refusal(of: [0, 0, 0, 32] + Array("ftypisom".utf8) + [0, 0, 2, 0], sizeBytes: 100) == nil)
  }
}
