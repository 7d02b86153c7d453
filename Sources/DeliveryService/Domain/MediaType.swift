/// What a file of the media store is, told by its extension: the store holds only what our own encoders wrote.
package struct MediaType: Sendable, Hashable {
  package let contentType: String
  /// Manifests and playlists may still grow; everything else never changes under its name.
  package let isManifest: Bool

  package init(fileName: String) {
    let dot = fileName.utf8.lastIndex(of: UInt8(ascii: "."))
    let ending = dot.map { String(fileName[fileName.index(after: $0)...]).lowercased() }
    contentType = ending.flatMap { Self.types[$0] } ?? "application/octet-stream"
    isManifest = ending == "m3u8" || ending == "mpd"
  }

  private static let types = [
    "m3u8": "application/vnd.apple.mpegurl",
    "mpd": "application/dash+xml",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "m4a": "audio/mp4",
    "m4s": "video/iso.segment",
    "vtt": "text/vtt; charset=utf-8",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "json": "application/json",
  ]
}
