/// The names inside a published asset's folder of the media store: what encoders write, playback announces and
/// delivery serves.
package enum MediaLayout {
  package static let hlsManifest = "master.m3u8"
  package static let dashManifest = "manifest.mpd"
  package static let poster = "poster.jpg"
  package static let storyboard = "storyboard.vtt"

  /// Stands beside the files in addresses, not on the disk: an encrypted asset's key, `keys/<key id>`, answered by
  /// playback.
  package static let keysFolder = "keys"

  /// No cap on the height may be lower: every film has a rendition whose shorter side has no more pixels.
  package static let lowestHeightCap = 240

  /// The part of an asset's folder that holds pictures: a folder for each rendition, named for the pixels of the
  /// shorter side: `video/720p` in H.264, `video/hevc-720p` in another codec; a second rendition of the same size is
  /// `video/720p-2`.
  package static let videoFolder = "video"
  private static let codecPrefixes = ["hevc-", "av1-"]

  /// The part that holds sound.
  package static let audioFolder = "audio"

  /// The pixels of the shorter side of the rendition to which `file` belongs, by its folder; nil where no rendition's
  /// name stands there.
  package static func renditionHeight(of file: some StringProtocol) -> Int? {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count > 2, parts[0] == videoFolder else { return nil }
    var name = Substring(parts[1])
    if let prefix = codecPrefixes.first(where: name.hasPrefix) { name = name.dropFirst(prefix.count) }
    if name.utf8.count > 2, let number = name.last, ("2"..."9").contains(number), name.dropLast().last == "-" {
      name = name.dropLast(2)
    }
    guard name.last == "p" else { return nil }
    let digits = name.dropLast()
    guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(digits)
  }

  /// The public address of a file of a playing session.
  package static func mediaPath(token: String, asset: AssetID, file: String) -> String {
    "/media/\(token)/\(asset)/\(file)"
  }

  /// The public address of an asset's picture.
  package static func artworkPath(asset: AssetID, file: String) -> String {
    "/artwork/\(asset)/\(file)"
  }
}
