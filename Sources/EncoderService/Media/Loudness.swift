import EncodingAPI
import Foundation

/// Loudness by EBU R 128, as ffmpeg's `ebur128` prints it at its end.
struct Loudness: Sendable, Equatable {
  /// LUFS
  var integrated: Double
  /// dBTP
  var truePeak: Double

  static let target = -23.0
  /// Never above; AAC adds a little.
  static let highestPeak = -2.0
  /// What is quieter is not music turned down but the noise of a recording: it stays as it is.
  static let silence = -60.0
  /// A track that comes out further from the target is encoded again with a corrected gain …
  static let closeEnough = 0.5
  /// … at most so often: only a limiter that takes much away makes it necessary.
  static let mostCorrections = 10
  /// The meter looks at blocks of 400 ms; of a few of them it says nothing.
  static let shortestSeconds = 1.0

  static let filter = "ebur128=peak=true:framelog=verbose"

  /// Nil where there is nothing to hear.
  init?(summary text: String) {
    guard let start = text.range(of: "Integrated loudness:", options: .backwards)?.upperBound else { return nil }
    func value(_ name: String) -> Double? {
      guard let end = text[start...].range(of: name)?.upperBound else { return nil }
      return text[end...].split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
    }
    guard let integrated = value("I:"), let peak = value("Peak:"), integrated > Self.silence, peak.isFinite else {
      return nil
    }
    (self.integrated, truePeak) = (integrated, peak)
  }

  /// What is told of a finished track of so many seconds.
  static func measure(_ found: Loudness?, durationSeconds: Double) -> LoudnessMeasure {
    var measure = LoudnessMeasure(
      integratedLUFS: found?.integrated, targetLUFS: target, truePeakDBTP: found?.truePeak)
    if found == nil {
      measure.excuse = "There is nothing to hear but what is quieter than \(Int(silence)) LUFS."
    } else if durationSeconds < shortestSeconds {
      measure.excuse = "It is shorter than \(shortestSeconds) s, too short to be measured."
    }
    return measure
  }
}
