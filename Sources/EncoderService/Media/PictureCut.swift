import EncodingAPI

/// How a run of pictures is cut out of a film exactly.
///
/// Half a picture early (a cut at the exact start repeats a picture while counts look right), having sought further
/// back still.
struct PictureCut: Sendable {
  var frameRate: FrameRate
  var first: Int
  /// Seconds from the input's start to its first picture.
  var firstPictureSeconds: Double

  /// Half a picture before the first, on the input's clock.
  private var startSeconds: Double {
    max(0, firstPictureSeconds + (Double(first) - 0.5) * frameRate.seconds(ofFrames: 1))
  }

  /// The seek goes back further than the cut: where groups are open, a seek may land on the key picture that follows in
  /// coding and precedes in time, and the pictures shown before it cannot be decoded.
  private var seekSeconds: Double {
    let mostReordered = frameRate.seconds(ofFrames: 17)
    return max(0, startSeconds - max(1, mostReordered))
  }

  /// Options before the input.
  var seek: [String] { seekSeconds > 0 ? ["-ss", FFmpegArguments.seconds(seekSeconds)] : [] }

  /// Filters after it: the pictures from the first on, numbered anew from 0.
  var filter: String {
    let trim = first == 0 ? "" : "trim=start=\(FFmpegArguments.seconds(startSeconds - seekSeconds)),"
    return trim + FFmpegArguments.numbering(frameRate)
  }
}
