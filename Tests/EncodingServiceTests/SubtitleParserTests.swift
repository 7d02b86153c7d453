import EncodingAPI
import Testing

@testable import EncoderService

@Suite("Subtitles of strangers")
struct SubtitleParserTests {
  private func cues(_ text: String) -> [Cue] { SubtitleParser.parse(text).cues }

  @Test("SRT and WebVTT are read alike, with any line ends")
  func reading() {
    let srt = "1\r\n00:00:01,500 --> 00:00:02,000\r\nHello\r\nthere\r\n\r\n2\r\n0:01:02,5 --> 0:01:03,25\r\nBye\r\n"
    let expected = [
      Cue(start: 1500, end: 2000, text: "Hello\nthere"), Cue(start: 62_500, end: 63_250, text: "Bye"),
    ]
    #expect(cues(srt) == expected)
    #expect(cues(srt.replacing("\r\n", with: "\r")) == expected)
    let vtt = """
      WEBVTT - a title
      Kind: captions

      STYLE
      ::cue { background: url(http://example.com) }

      NOTE nobody sees this

      intro
      00:01.500 --> 00:02.000 align:start line:10% region:x
      Hello
      there

      1:02.500 --> 01:03.250
      Bye
      """
    var styled = expected
    styled[0].settings = "align:start line:10%"
    // WebVTT asks for two digits of a minute; one is understood.
    #expect(cues(vtt) == styled)
  }

  @Test("What is malformed is left out and named by its line")
  func malformed() {
    let list = SubtitleParser.parse(
      """
      1
      00:00:01,000 --> 00:00:02,000
      Right

      2
      00:00:09,000 -> 00:00:10,000
      No arrow

      3
      00:00:05,000 --> 00:00:04,000
      Backwards

      4
      00:99:05,000 --> 01:00:04,000
      Minutes

      5
      99999999999999999999:00:05,000 --> 01:00:04,000
      Overflow

      6
      00:00:07,000 --> 00:00:08,000
      <i></i>

      loose words
      """)
    #expect(list.cues.map(\.text) == ["Right"])
    #expect(
      list.notes == [
        "line 5: no times", "line 10: it ends before it begins", "line 14: its times cannot be read",
        "line 18: its times cannot be read", "line 22: no words", "line 25: no times",
      ])
  }

  @Test(
    "Markup is brought down to bold, italic and underlined; nothing else survives",
    arguments: [
      ("<i>so</i>", "<i>so</i>"), ("<I>so", "<i>so</i>"), ("<b><i>so</b> what", "<b><i>so</i></b> what"),
      ("</i>so", "so"), ("<font color=\"red\">so</font>", "so"), ("<script>alert(1)</script>", "alert(1)"),
      ("<v Bob>so</v>", "so"), ("<c.x>so</c>", "so"), ("<img src=x onerror=a>", ""),
      ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
      ("a --> b", "a --&gt; b"), ("x &lt;b&gt; &amp; y", "x &lt;b&gt; &amp; y"), ("<<b>>so", "&lt;<b>&gt;so</b>"),
      ("{\\an8}top", "top"), ("a\u{0}b\u{7}\tc", "ab c"), ("<00:00:01.000>so", "so"), ("i <3 you", "i &lt;3 you"),
    ])
  func markup(source: String, text: String) {
    #expect(CueMarkup(source).text == text)
  }

  @Test("Words at the top of the picture stay there")
  func top() {
    #expect(cues("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Up\n").first?.settings == "line:0")
  }

  @Test("Any usual encoding is understood")
  func encodings() {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nÜber “Größe” – 5 €\n"
    let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    let windows = text.unicodeScalars.map { scalar -> UInt8 in
      ["“": 0x93, "”": 0x94, "–": 0x96, "€": 0x80][Character(scalar)] ?? UInt8(scalar.value)
    }
    for bytes in [
      Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), [0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little, big,
      windows,
    ] {
      #expect(cues(SubtitleText.decode(bytes)).map(\.text) == ["Über “Größe” – 5 €"], "\(bytes.prefix(4))")
    }
  }

  @Test("Cues are moved, cut to the film, put in order, and dropped outside of it")
  func placing() {
    let list = SubtitleParser.parse(
      "00:09.000 --> 00:12.000\nLast\n\n00:01.000 --> 00:02.000\nFirst\n\n00:11.000 --> 00:12.000\nAfter\n"
    ).placed(by: -500, until: 10_000)
    #expect(list.cues.map(\.text) == ["First", "Last"])
    #expect(list.cues.map(\.start) == [500, 8500] && list.cues.map(\.end) == [1500, 10_000])
    #expect(list.notes == ["1 cues lie outside of the film"])
  }

  @Test("No input of noise, of pieces of subtitles or of endless lines brings the parser down or past its bounds")
  func hostile() {
    var random = SystemRandomNumberGenerator()
    let pieces = [
      "WEBVTT", "\n", "\n\n", "\r", "00:00:01,000", " --> ", "-->", "<", ">", "</", "<i>", "{\\an8", "}", "&amp;", "&",
      "\u{0}", "9999999999", ":", ",", "\u{FEFF}", "e\u{301}", "👩‍👩‍👧", "STYLE", "line:-1", "NOTE",
    ]
    for _ in 0..<2000 {
      let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
      check(SubtitleParser.parse(text.joined()))
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      check(SubtitleParser.parse(SubtitleText.decode(bytes)))
    }
    let long = String(repeating: "<", count: 200_000)
    check(SubtitleParser.parse("1\n00:00:01,000 --> 00:00:02,000\n\(long)\n"))
    let many = String(repeating: "00:00:01,000 --> 00:00:02,000\nx\n\n", count: CueList.mostCues + 5)
    let list = SubtitleParser.parse(many)
    #expect(list.cues.count == CueList.mostCues && list.skippedCount == 5)
  }

  private func check(_ list: CueList) {
    #expect(list.notes.count <= CueList.mostNotes)
    for cue in list.cues {
      #expect(cue.start < cue.end && !cue.text.isEmpty && !cue.text.contains("\n\n") && !cue.text.contains("-->"))
      let bare = ["<b>", "</b>", "<i>", "</i>", "<u>", "</u>"].reduce(cue.text) { $0.replacing($1, with: "") }
      #expect(!bare.contains("<") && !bare.contains(">"))
    }
  }

  @Test("Segments go to the film's end, begin where pictures do, and hold every cue they show a part of")
  func segments() {
    let plan = FilmPlan(
      frameRate: FrameRate(25), frameCount: 2000, groupFrames: 50, segmentFrames: 100, firstPictureSeconds: 0,
      rungs: [], preset: "fast")
    let files = SubtitleFiles(
      plan: plan, cues: [Cue(start: 1000, end: 2000, text: "One"), Cue(start: 31_000, end: 33_000, text: "Two")])
    #expect(files.segments.map(\.end) == [32, 64, 80])
    let all = Dictionary(uniqueKeysWithValues: files.all.map { ($0.name, $0.text) })
    let playlist = HLSMediaPlaylist(all["playlist.m3u8"] ?? "")
    #expect(playlist.durationSeconds == 80 && playlist.isComplete && playlist.targetDurationSeconds == 32)
    #expect(all["00001.vtt"]?.contains("Two") == true && all["00002.vtt"]?.contains("Two") == true)
    #expect(all["00002.vtt"]?.contains("One") == false)
    #expect(all["00003.vtt"] == "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n")
    #expect(all["subtitles.vtt"]?.hasPrefix("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nOne\n") == true)
  }
}
