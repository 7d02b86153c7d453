import Contract

/// What of an asset a session may see whose media token caps the height: sharper renditions are not in its manifests,
/// and their files are refused.
///
/// A rendition's height is told by its folder (``MediaLayout/renditionHeight(of:)``), in manifests and in addresses
/// alike, so what is listed is what is served. Manifests are those our packager writes.
package struct HeightCap: Sendable, Hashable {
  package enum Manifest: Sendable {
    case hls, dash

    /// Nil for a file that lists no renditions.
    package init?(_ file: MediaFileName) {
      switch file.parts {
      case [MediaLayout.hlsManifest]: self = .hls
      case [MediaLayout.dashManifest]: self = .dash
      default: return nil
      }
    }
  }

  /// Pixels of the shorter side.
  package let maxHeight: Int

  package init(maxHeight: Int) {
    self.maxHeight = maxHeight
  }

  /// Whether the file may be fetched: it is no picture, or belongs to a rendition within the cap. A file among the
  /// pictures whose folder tells no height may not.
  package func grants(_ file: MediaFileName) -> Bool {
    guard file.parts[0] == MediaLayout.videoFolder else { return true }
    return MediaLayout.renditionHeight(of: file.parts.joined(separator: "/")).map { $0 <= maxHeight } ?? false
  }

  package func filtered(_ text: String, _ manifest: Manifest) -> String {
    switch manifest {
    case .hls: hls(text)
    case .dash: dash(text)
    }
  }

  // MARK: - HLS (RFC 8216 section 4.3.4)

  /// A variant is a line of attributes and the line of its address; an I-frame variant has its address in the line.
  private func hls(_ text: String) -> String {
    var kept: [Substring] = []
    var variant: Substring?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#EXT-X-STREAM-INF:") {
        variant = line
      } else if line.hasPrefix("#EXT-X-I-FRAME-STREAM-INF:") {
        if grants(address: quoted("URI", in: line)) { kept.append(line) }
      } else if let attributes = variant, !line.isEmpty, !line.hasPrefix("#") {
        if grants(address: line) { kept += [attributes, line] }
        variant = nil
      } else {
        kept.append(line)
      }
    }
    return kept.joined(separator: "\n")
  }

  // MARK: - DASH (ISO/IEC 23009-1)

  /// Leaves out each `Representation` element that is too sharp. What the set around them says of the largest is left
  /// out as well: both attributes may be absent, and must not promise what is not there.
  private func dash(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstRange(of: "<Representation ") {
      let tail = rest[start.lowerBound...]
      guard let end = tail.firstRange(of: "</Representation>") else { break }
      let element = tail[..<end.upperBound]
      let before = rest[..<start.lowerBound]
      if grants(representation: element) {
        result += before + element
      } else {
        // The indentation goes with the element.
        result += before.suffix(1) == " " ? before[..<(before.lastIndex { $0 != " " } ?? before.startIndex)] : before
      }
      rest = tail[end.upperBound...]
    }
    result += rest
    return withoutAttributes(["maxWidth", "maxHeight"], ofEach: "<AdaptationSet ", in: result)
  }

  private func grants(representation element: Substring) -> Bool {
    guard let address = quoted("initialization", in: element) ?? quoted("media", in: element) else { return false }
    return grants(address: address)
  }

  private func withoutAttributes(_ names: [String], ofEach tag: String, in text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let start = rest.firstRange(of: tag), let end = rest[start.upperBound...].firstIndex(of: ">") {
      var element = String(rest[start.lowerBound...end])
      for name in names {
        if let value = quoted(name, in: Substring(element)) {
          element = element.replacing(" \(name)=\"\(value)\"", with: "")
        }
      }
      result += rest[..<start.lowerBound] + element
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  // MARK: - Addresses

  /// Relative to the asset's folder. Sound and the like lie outside the folder of pictures.
  private func grants(address: Substring?) -> Bool {
    guard let address, let file = MediaFileName(parts: plainParts(of: address)) else { return false }
    return grants(file)
  }

  /// A template's `$Number%05d$` stands for digits.
  private func plainParts(of address: Substring) -> [Substring] {
    var parts = address.split(separator: "/", omittingEmptySubsequences: false)
    if parts.last?.contains("$") == true { parts[parts.count - 1] = "1" }
    return parts
  }

  private func quoted(_ name: String, in text: Substring) -> Substring? {
    for range in text.ranges(of: "\(name)=\"") {
      // `height="` must not be found in `maxHeight="`.
      if range.lowerBound > text.startIndex, text[text.index(before: range.lowerBound)].isLetter { continue }
      return text[range.upperBound...].prefix { $0 != "\"" }
    }
    return nil
  }
}
