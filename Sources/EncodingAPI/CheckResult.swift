/// One check of the gate before publishing.
package struct CheckResult: Codable, Sendable, Hashable {
  /// `frames`, `manifests`, `quality 720p` …
  package var check: String
  package var passed: Bool
  /// What was verified, or what is wrong.
  package var detail: String
  /// Where it is not passed: what to look at, below the media store's folder, for as long as it is kept.
  package var evidence: [String]?

  package init(check: String, passed: Bool, detail: String, evidence: [String]? = nil) {
    self.check = check
    self.passed = passed
    self.detail = detail
    self.evidence = evidence
  }
}

/// Pictures of the film, from `first` on.
package struct PictureRange: Codable, Sendable, Hashable {
  package var first: Int
  package var count: Int

  package init(first: Int, count: Int) {
    self.first = first
    self.count = count
  }
}

/// In pixels.
package struct PictureSize: Codable, Sendable, Hashable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}
