import Contract
import EncodingAPI

/// Names inside an asset's folder beyond those that ``MediaLayout`` promises to others.
enum MediaNames {
  static let poster = MediaLayout.poster
  static let initSegment = "init.mp4"

  /// Delivery tells by the name how sharp the pictures in it are.
  static func folder(_ rung: Rung) -> String { "\(MediaLayout.videoFolder)/\(rung.name)" }
  static func playlist(_ rung: Rung) -> String { "\(folder(rung))/playlist.m3u8" }
  static func iFramePlaylist(_ rung: Rung) -> String { "\(folder(rung))/iframes.m3u8" }

  /// Where a file lies, and what its addresses are relative to: `video/720p` of `video/720p/playlist.m3u8`.
  static func folder(of file: String) -> String { file.split(separator: "/").dropLast().joined(separator: "/") }
}
