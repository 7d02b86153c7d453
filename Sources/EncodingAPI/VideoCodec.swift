/// How pictures are compressed. Every film has the first; the others cost more work and fewer bytes.
package enum VideoCodec: String, Codable, Sendable, CaseIterable {
  /// AVC: played by everything.
  case h264
  case hevc
  case av1

  /// What a rendition of it is called: `720p`, `hevc-720p`, `av1-720p`.
  package func renditionName(_ size: String) -> String {
    self == .h264 ? size : "\(rawValue)-\(size)"
  }
}

/// Where the sizes and qualities of a film's renditions come from.
package enum LadderKind: String, Codable, Sendable, CaseIterable {
  /// The same sizes and rate factor for every film.
  case fixed
  /// Chosen by what samples of this film look like at several sizes and rate factors.
  case perTitle
}
