import EncodingAPI

/// A copy with constant rate, progressive pictures and colours that every screen shows, in a container that can be cut
/// exactly. Not lossless, but at a rate factor where no eye and hardly a meter sees it; a chunk can then be cut from it
/// as from any film.
struct Conforming: Sendable {
  var frameRate: FrameRate
  var isInterlaced: Bool
  /// Set where the colours must be converted.
  var colour: ColourFacts?
  var limits: SourceLimits
  static let fileName = "conformed.mp4"

  func arguments(input: String) -> [String] {
    let deinterlace = isInterlaced ? "bwdif=mode=send_frame:deint=interlaced," : ""
    return FFmpegArguments.quiet + ["-y", "-threads", "2", "-fflags", "+genpts"]
      + FFmpegArguments.input(input, limits: limits)
      + [
        "-map", "0:v:0", "-vf",
        "\(deinterlace)setpts=PTS-STARTPTS,fps=\(frameRate),\(conversion)format=yuv420p",
        "-fps_mode", "passthrough", "-an", "-sn", "-dn", "-map_metadata", "-1", "-c:v", "libx264", "-preset",
        "ultrafast", "-crf", "8", "-g", "24", "-flags", "+cgop",
        "-video_track_timescale", "\(frameRate.timescale)", "-movie_timescale", "\(frameRate.timescale)", "-f", "mp4",
        Self.fileName,
      ]
  }

  /// To BT.709. High dynamic range is laid out in light, with white at the 203 candela that ITU-R BT.2408 gives it,
  /// brought into the smaller gamut, and what is brighter is bent down smoothly: below white nothing changes.
  private var conversion: String {
    guard let colour else { return "" }
    if colour.isRGB, !colour.isHighDynamicRange { return "scale=out_color_matrix=bt709:out_range=tv," }
    // Half of the files of this kind name their curve and forget the rest.
    let transfer = colour.transfer ?? "bt709"
    let tags =
      "crop=floor(iw/2)*2:floor(ih/2)*2,setparams=color_primaries=\(colour.primaries ?? "bt2020"):"
      + "color_trc=\(transfer):colorspace=\(colour.matrix ?? "bt2020nc"):range=\(colour.range ?? "tv"),"
    guard colour.isHighDynamicRange else { return "\(tags)zscale=p=bt709:t=bt709:m=bt709:r=tv," }
    return "\(tags)zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=mobius:desat=0,"
      + "zscale=t=bt709:m=bt709:r=tv,"
  }
}
