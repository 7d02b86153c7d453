import ConfigKit
import Contract
import SecurityKit

/// `cbcs` by the packager: samples encrypted by pattern, one key for all tracks, from the first segment on. HLS names
/// the key as SAMPLE-AES in the identity format, DASH by the common system's initialisation data.
struct SampleEncryption: Sendable {
  let key: ContentKey

  /// What everyone may read of the packager's command line.
  func arguments(secretPath: String) -> [String] {
    [
      "--flagfile=\(secretPath)", "--enable_raw_key_encryption", "--protection_scheme", "cbcs", "--clear_lead", "0",
      "--protection_systems", "CommonSystem", "--hls_key_uri", KeyAddress.from("video/rendition/playlist", key.id),
    ]
  }

  /// The rest of its flags. The initialisation vector is one for all, as the scheme has it, and no other each time, so
  /// that the same work gives the same bytes.
  var secret: Secret {
    let vector = KeyAddress.vector(of: "cbcs", key)
    return Secret(
      Array(
        "--keys=label=:key_id=\(key.id):key=\(HexBytes.text(key.bytes))\n--iv=\(HexBytes.text(vector))\n".utf8))
  }
}

/// Where playlists say the key is, and what they say besides.
enum KeyAddress {
  /// Relative to a playlist inside the asset's folder, so that it inherits the signed prefix.
  static func from(_ playlist: some StringProtocol, _ key: ContentKeyID) -> String {
    let depth = playlist.split(separator: "/").count - 1
    return String(repeating: "../", count: depth) + "\(MediaLayout.keysFolder)/\(key)"
  }

  /// 16 bytes that nobody foretells without the key, and that are the same each time.
  static func vector(of name: String, _ key: ContentKey) -> [UInt8] {
    Array(Sodium.hmacSHA256(key: key.bytes, name.utf8).prefix(16))
  }
}
