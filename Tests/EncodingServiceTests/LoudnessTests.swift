import EncodingAPI
import Testing

@testable import EncoderService

@Suite("Loudness")
struct LoudnessTests {
  private func summary(_ integrated: String, _ peak: String) -> String {
    """
    size=N/A time=00:00:08.00 bitrate=N/A speed= 375x
    [Parsed_ebur128_0 @ 0x5607] Summary:

      Integrated loudness:
        I:         \(integrated) LUFS
        Threshold: -41.4 LUFS

      Loudness range:
        LRA:         0.1 LU

      True peak:
        Peak:       \(peak) dBFS
    """
  }

  @Test("What the meter prints is read; silence has no loudness")
  func reading() {
    let speech = Loudness(summary: summary("-18.2", "-1.6"))
    #expect(speech?.integrated == -18.2 && speech?.truePeak == -1.6)
    #expect(Loudness(summary: summary("-70.0", "-inf")) == nil)
    #expect(Loudness(summary: summary("-64.0", "-50.1")) == nil)
    #expect(Loudness(summary: "Conversion failed!") == nil)
  }

  @Test("A track off by more than one unit fails the gate by name; silence and snippets are excused in words")
  func gate() throws {
    let track = AudioTrackPlan(streamIndex: 0, language: "de", name: "Deutsch", isDefault: true, folder: "audio/de")
    let plan = FilmPlan(
      frameRate: FrameRate(25), frameCount: 250, groupFrames: 50, segmentFrames: 100, firstPictureSeconds: 0,
      rungs: [], preset: "fast", audio: [track])
    func evidence(_ measure: LoudnessMeasure?) throws -> [String] {
      try TrackCheck(plan: plan, loudness: [measure], subtitles: []).evidence()
    }
    func refusal(_ measure: LoudnessMeasure?) -> String? {
      do { _ = try evidence(measure) } catch let fault as EncodingFault { return fault.reason } catch {}
      return nil
    }
    let right = Loudness(summary: summary("-23.4", "-2.1"))
    #expect(try evidence(Loudness.measure(right, durationSeconds: 10)).first?.contains("-23.4 LUFS") == true)
    let loud = Loudness(summary: summary("-21.5", "-2.1"))
    #expect(refusal(Loudness.measure(loud, durationSeconds: 10))?.contains("Check loudness: Deutsch (aac)") == true)
    #expect(refusal(nil)?.contains("not measured") == true)
    #expect(try evidence(Loudness.measure(nil, durationSeconds: 10)).first?.contains("nothing to hear") == true)
    #expect(try evidence(Loudness.measure(loud, durationSeconds: 0.5)).first?.contains("too short") == true)
  }
}
