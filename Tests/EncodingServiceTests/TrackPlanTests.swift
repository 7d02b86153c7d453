import Contract
import EncodingAPI
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("Tracks of sound and text")
struct TrackPlanTests {
  private func sound(_ index: Int, _ language: String, _ role: AudioRole = .main, isDefault: Bool = false) -> AudioFacts
  {
    AudioFacts(streamIndex: index, codec: "aac", channels: 2, language: language, role: role, isDefault: isDefault)
  }

  @Test("The default comes first, every stream is a track, and no two share a folder or a name")
  func audio() {
    let plan = TrackPlan.audio(
      [sound(0, "de", .commentary, isDefault: true), sound(1, "en"), sound(2, "de", isDefault: true), sound(3, "de")],
      codecs: [])
    #expect(plan.map(\.streamIndex) == [2, 0, 1, 3])
    #expect(plan.map(\.folder) == ["audio/de", "audio/de-2", "audio/en", "audio/de-3"])
    #expect(plan.map(\.name) == ["Deutsch", "Deutsch (commentary)", "English", "Deutsch 2"])
    #expect(plan.map(\.isDefault) == [true, false, false, false])
  }

  @Test("Opus comes beside AAC, never instead of it")
  func opus() {
    let plan = TrackPlan.audio([sound(0, "en"), sound(1, "fr")], codecs: [.opus])
    #expect(plan.map(\.folder) == ["audio/en", "audio/fr", "audio/en-opus", "audio/fr-opus"])
    #expect(plan.map(\.name) == ["English", "Français", "English", "Français"])
  }

  @Test("Pictures of words are named as not carried; words and files beside the film become tracks")
  func subtitles() throws {
    let streams = try JSON.decode(
      [ProbeReport.Stream].self,
      from: Array(
        """
        [{"index":2,"codec_name":"hdmv_pgs_subtitle","tags":{"language":"eng"}},
         {"index":3,"codec_name":"mov_text","disposition":{"hearing_impaired":1},"tags":{"language":"ger"}},
         {"index":4,"codec_name":"subrip","disposition":{"forced":1},
          "tags":{"language":"eng","title":"Signs, \\"all\\"\\n"}}]
        """.utf8))
    let facts = TrackJudgement().subtitles(streams)
    #expect(facts[0].reasonNotCarried?.contains("pictures of words") == true)
    let sideCar = SideCar(source: JobSource(path: "/x.srt"), language: "ger", kind: .subtitles)
    let plan = TrackPlan.subtitles(
      facts, sideCars: [sideCar], files: [SourceFile(path: "/x.srt", fingerprint: "1")])
    #expect(plan.map(\.streamIndex) == [1, 2, nil])
    #expect(plan.map(\.folder) == ["text/de", "text/en", "text/de-2"])
    #expect(plan.map(\.name) == ["Deutsch (captions)", "Signs all", "Deutsch"])
    #expect(plan.map(\.isForced) == [false, true, false] && plan.map(\.kind) == [.captions, .subtitles, .subtitles])
  }

  @Test(
    "Languages are brought to the tag that players know",
    arguments: [
      ("ger", "de"), ("deu", "de"), ("DE", "de"), ("eng", "en"), ("en-us", "en-US"), ("zh-hans-cn", "zh-Hans-CN"),
      ("grc", "grc"), ("und", "und"), ("xyz", nil), ("english", nil), ("", nil), ("d\"e", nil), ("de/..", nil),
    ])
  func languages(given: String, tag: String?) {
    #expect(LanguageTag.canonical(given) == tag)
  }
}
