import EncodingAPI

/// One window of a film beside the same window of its source: structural similarity of every picture and, where the
/// tool is there, VMAF of five a second, both at `size`; and thumbnails of both for ``Likeness``.
struct QualityMeasuring: Sendable {
  var frameRate: FrameRate
  var window: PictureRange
  var size: PictureSize
  var hasVMAF: Bool
  /// The source's numbers fill the whole byte; those of what is made of it never do.
  var isFullRange = false
  /// Seconds from the source's start to its first picture.
  var firstPictureSeconds: Double
  var limits: SourceLimits

  static let ssimName = "ssim.txt"
  static let vmafName = "vmaf.csv"
  static let sourceThumbnails = "source.gray"
  static let resultThumbnails = "result.gray"

  /// Pictures from one that is measured by VMAF, or seen as a thumbnail, to the next.
  var step: Int { Self.step(frameRate) }
  static func step(_ rate: FrameRate) -> Int { max(1, Int((rate.framesPerSecond / 5).rounded())) }

  /// `resultFirst`: the number of the window's first picture within the result's own file.
  func arguments(source: String, result: String, resultFirst: Int) -> [String] {
    let original = PictureCut(
      frameRate: frameRate, first: window.first, firstPictureSeconds: firstPictureSeconds)
    let copy = PictureCut(frameRate: frameRate, first: resultFirst, firstPictureSeconds: 0)
    return FFmpegArguments.quiet + ["-y", "-threads", "1", "-filter_complex_threads", "1"] + original.seek
      + FFmpegArguments.input(source, limits: limits) + ["-threads", "1"] + copy.seek
      + FFmpegArguments.input(result, limits: limits) + ["-filter_complex", filter(original, copy)]
      + ["-map", "[ssim]", "-f", "null", "-"] + (hasVMAF ? ["-map", "[vmaf]", "-f", "null", "-"] : [])
      + ["-map", "[small0]", "-fps_mode", "passthrough", "-f", "rawvideo", Self.sourceThumbnails]
      + ["-map", "[small1]", "-fps_mode", "passthrough", "-f", "rawvideo", Self.resultThumbnails]
  }

  private func filter(_ original: PictureCut, _ copy: PictureCut) -> String {
    let thumbnail =
      "select='not(mod(n\\,\(step)))',scale=\(Thumbnails.width):\(Thumbnails.height):flags=area,format=gray"
    let legs = hasVMAF ? 2 : 1
    let inputs = [original, copy].enumerated().map { index, cut in
      let isFull = index == 0 && isFullRange
      let range = isFull ? ":in_range=pc:out_range=tv" : ""
      let outs = (0..<legs).map { "[p\(index)\($0)]" }.joined()
      return "[\(index):v:0]\(cut.filter),trim=end_frame=\(window.count),\(Self.tags(isFull)),"
        + "scale=\(size.width):\(size.height):flags=bicubic\(range),format=yuv420p,\(Self.tags(false)),"
        + "split=2[full\(index)][part\(index)];"
        + "[part\(index)]\(thumbnail)[small\(index)];"
        + "[full\(index)]setsar=1,format=yuv420p,split=\(legs)\(outs)"
    }
    let ssim = "[p10][p00]ssim=stats_file=\(Self.ssimName)[ssim]"
    let vmaf = "[p11][p01]libvmaf=log_fmt=csv:log_path=\(Self.vmafName):n_threads=1:n_subsample=\(step)[vmaf]"
    return (inputs + [ssim] + (hasVMAF ? [vmaf] : [])).joined(separator: ";")
  }

  /// Numbers are compared with numbers: a result says what its colours are where the source said nothing, and ffmpeg
  /// would convert the one to the other's.
  private static func tags(_ isFullRange: Bool) -> String {
    "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=\(isFullRange ? "pc" : "tv")"
  }
}
