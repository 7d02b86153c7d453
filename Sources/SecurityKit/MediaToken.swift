package import Contract

/// The right of one playing session to fetch one asset's files, carried in their address:
/// `/media/<token>/<asset>/…`. One token opens every file under that prefix until it expires, and nothing else.
///
/// `m2.<key id>.<session>.<profile>.<expires, seconds in base 36>.<height>.<code>`, where the height caps the
/// renditions; `m1` without it caps none. The code seals the prefix with the asset.
package struct MediaToken: Sendable, Hashable {
  package var session: PlaybackSessionID
  package var profile: ProfileID
  package var asset: AssetID
  /// Whole seconds.
  package var expires: Timestamp
  /// Which of the stack's media keys seals it.
  package var keyID: String
  /// Pixels of the shorter side of the sharpest rendition that may be fetched; nil for any.
  package var maxHeight: Int?

  /// Longer texts are refused unread.
  package static let maximumBytes = 192
  private static let version = "m2"
  private static let fieldCount = 6
  /// Still read, and made where there is no cap.
  private static let uncappedVersion = "m1"
  private static let uncappedFieldCount = 5

  package init(
    session: PlaybackSessionID, profile: ProfileID, asset: AssetID, expires: Timestamp, keyID: String,
    maxHeight: Int? = nil
  ) {
    self.session = session
    self.profile = profile
    self.asset = asset
    self.expires = expires
    self.keyID = keyID
    self.maxHeight = maxHeight
  }

  /// One URL-safe path segment. Sealed with the key that ``keyID`` names, or the newest where there is none such.
  package func sign(with keys: StackKeys) -> String {
    let key = keys.mediaKey(keyID) ?? keys.newestMediaKey
    let seconds = expires.milliseconds / 1000
    let version = maxHeight == nil ? Self.uncappedVersion : Self.version
    var text = "\(version).\(key.id).\(session).\(profile).\(String(seconds, radix: 36))"
    if let maxHeight { text += ".\(maxHeight)" }
    return text + "." + Base64URL.encode(Self.code(of: text.utf8, asset: asset, key: key))
  }

  /// The token in `text`, if it is genuine, for `asset` and not expired at `now`. Nothing of it is believed before
  /// its code has been compared, in constant time.
  package static func verify(
    _ text: Substring, asset: AssetID, now: Timestamp, keys: StackKeys
  ) throws(MediaTokenError) -> MediaToken {
    let bytes = Array(text.utf8.prefix(maximumBytes + 1))
    guard bytes.count <= maximumBytes, let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { throw .malformed }
    let fields = bytes[..<dot].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let isCapped = fields.count == fieldCount && fields[0] == version
    guard isCapped || fields.count == uncappedFieldCount && fields[0] == uncappedVersion else { throw .malformed }
    guard let key = keys.mediaKey(fields[1]) else { throw .unknownKey }
    let expected = Base64URL.encodedBytes(code(of: bytes[..<dot], asset: asset, key: key))
    guard Sodium.constantTimeEquals(expected, Array(bytes[(dot + 1)...])) else { throw .forged }

    guard let session = PlaybackSessionID(fields[2]), let profile = ProfileID(fields[3]),
      let seconds = Int64(fields[4], radix: 36), (0...maximumSeconds).contains(seconds)
    else { throw .malformed }
    let expires = Timestamp(milliseconds: seconds * 1000)
    guard now < expires else { throw .expired }
    let maxHeight = isCapped ? Int(fields[5]) : nil
    guard !isCapped || maxHeight.map({ $0 > 0 }) == true else { throw .malformed }
    return MediaToken(
      session: session, profile: profile, asset: asset, expires: expires, keyID: key.id, maxHeight: maxHeight)
  }

  /// The year 9999.
  private static let maximumSeconds: Int64 = 253_402_300_799

  private static func code(of text: some Sequence<UInt8>, asset: AssetID, key: StackKeys.MediaKey) -> [UInt8] {
    var prefix = Array("/media/".utf8)
    prefix.reserveCapacity(256)
    prefix += text
    prefix.append(UInt8(ascii: "/"))
    prefix += asset.description.utf8
    prefix.append(UInt8(ascii: "/"))
    return key.key.authenticationCode(of: prefix)
  }
}

package enum MediaTokenError: Error, Sendable {
  case malformed
  case unknownKey
  case forged
  case expired
}

extension MediaTokenError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .expired: .forbidden("This media address has expired.")
    case .malformed, .unknownKey, .forged: .forbidden("This media address is not valid.")
    }
  }
}
