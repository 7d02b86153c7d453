/// The names inside a published asset's folder of the media store: what encoders write, playback announces and
/// delivery serves.
package enum MediaLayout {
  package static let hlsManifest = "master.m3u8"
  package static let dashManifest = "manifest.mpd"
  package static let poster = "poster.jpg"
  package static let storyboard = "storyboard.vtt"

  /// The public address of a file of a playing session.
  package static func mediaPath(token: String, asset: AssetID, file: String) -> String {
    "/media/\(token)/\(asset)/\(file)"
  }

  /// The public address of an asset's picture.
  package static func artworkPath(asset: AssetID, file: String) -> String {
    "/artwork/\(asset)/\(file)"
  }
}
