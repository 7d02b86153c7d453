package import Contract

/// Where a file lies inside an asset's folder: plain names, one spelling each.
package struct MediaFileName: Sendable, Hashable {
  package let parts: [String]

  package static let depthLimit = 6
  package static let nameLimitBytes = 128

  /// Nil unless every part is made of letters, digits, `.`, `-` and `_` and does not begin with a dot: so there is
  /// no `..`, no hidden file, no empty part, no escape, no backslash and no NUL to interpret.
  package init?(parts: some Collection<Substring>) {
    guard (1...Self.depthLimit).contains(parts.count), parts.allSatisfy(Self.isPlain) else { return nil }
    self.parts = parts.map(String.init)
  }

  package var last: String { parts[parts.count - 1] }

  private static func isPlain(_ name: Substring) -> Bool {
    let bytes = name.utf8
    guard (1...nameLimitBytes).contains(bytes.count), bytes.first != UInt8(ascii: ".") else { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
      default: false
      }
    }
  }
}

/// `/media/{token}/{asset}/{file…}`, read from the request's raw target: nothing is decoded, so an address has one
/// spelling and a percent sign is never part of it. The query (CMCD puts its data there) is not looked at.
package struct MediaAddress: Sendable, Hashable {
  package let token: Substring
  package let asset: AssetID
  package let file: MediaFileName

  package static let lengthLimitBytes = 1024

  package init?(target: String) {
    guard let parts = pathParts(of: target), parts.count >= 4, parts[0] == "media",
      let asset = AssetID(String(parts[2])), let file = MediaFileName(parts: parts[3...])
    else { return nil }
    token = parts[1]
    self.asset = asset
    self.file = file
  }
}

/// `/artwork/{asset}/{file}`, read in the same way; only pictures that are shown before anything plays.
package struct ArtworkAddress: Sendable, Hashable {
  package let asset: AssetID
  package let file: MediaFileName

  /// What may be seen without a media token.
  package static let files: Set<String> = [MediaLayout.poster]

  package init?(target: String) {
    guard let parts = pathParts(of: target), parts.count == 3, parts[0] == "artwork",
      let asset = AssetID(String(parts[1])), Self.files.contains(String(parts[2])),
      let file = MediaFileName(parts: parts[2...])
    else { return nil }
    self.asset = asset
    self.file = file
  }
}

/// The parts between the slashes of an absolute path, empty ones kept.
private func pathParts(of target: String) -> [Substring]? {
  guard target.utf8.count <= 4 * MediaAddress.lengthLimitBytes else { return nil }
  let path = target.prefix { $0 != "?" }
  guard path.utf8.count <= MediaAddress.lengthLimitBytes, path.utf8.first == UInt8(ascii: "/") else { return nil }
  return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
}
