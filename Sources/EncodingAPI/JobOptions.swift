package import Contract

/// How a film is to be encoded; what is absent is left to the service's settings.
package struct JobOptions: Codable, Sendable, Hashable {
  /// Whose tasks come first where encoders are scarce; jobs of one priority share them evenly.
  package var priority: JobPriority?

  /// Of each audio track; AAC is always among them.
  package var audioCodecs: [AudioCodec]?
  /// Subtitles in files of their own, beside those in the film.
  package var subtitles: [SideCar]?
  /// Playable as soon as its beginning is encoded; the rest joins as it is done.
  package var progressive: Bool?
  /// The codec sets to make; `h264` is always among them.
  package var codecs: [VideoCodec]?
  /// `perTitle` samples the film however short it is; left out, only films long enough for it to pay are sampled.
  package var ladder: LadderKind?
  /// An encrypted film is published whole, never progressively.
  package var encryption: JobEncryption?

  package init() {}

  /// `JobOptions { $0.progressive = true }`
  package init(_ fill: (inout JobOptions) -> Void) {
    self.init()
    fill(&self)
  }
}

/// Subtitles in a file of their own: SRT or WebVTT.
package struct SideCar: Codable, Sendable, Hashable {
  package var source: JobSource
  /// BCP 47 or ISO 639.
  package var language: String
  package var kind: SubtitleKind
  /// For people; the language's own name where absent.
  package var name: String?

  package init(source: JobSource, language: String, kind: SubtitleKind, name: String? = nil) {
    self.source = source
    self.language = language
    self.kind = kind
    self.name = name
  }
}

package enum JobPriority: String, Codable, Sendable, CaseIterable {
  case low, normal, high
}
