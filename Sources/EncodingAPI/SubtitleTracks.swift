package import Contract

/// One subtitle stream of the source.
package struct SubtitleFacts: Codable, Sendable, Hashable {
  /// Among the file's subtitle streams, from 0.
  package var streamIndex: Int
  package var codec: String
  /// BCP 47, `und` where the file does not say.
  package var language: String
  package var kind: SubtitleKind
  /// Only what a viewer of the film's own language needs: signs, foreign words.
  package var isForced: Bool
  package var isDefault: Bool
  package var title: String?
  /// Why it will not be carried on; absent where it will.
  package var reasonNotCarried: String?

  package init(
    streamIndex: Int, codec: String, language: String, kind: SubtitleKind = .subtitles, isForced: Bool = false,
    isDefault: Bool = false, title: String? = nil, reasonNotCarried: String? = nil
  ) {
    self.streamIndex = streamIndex
    self.codec = codec
    self.language = language
    self.kind = kind
    self.isForced = isForced
    self.isDefault = isDefault
    self.title = title
    self.reasonNotCarried = reasonNotCarried
  }
}

/// One track of subtitles as it will be published.
package struct SubtitleTrackPlan: Codable, Sendable, Hashable {
  /// Among the film's subtitle streams, from 0; absent where the subtitles come in a file of their own.
  package var streamIndex: Int?
  package var file: SourceFile?
  package var language: String
  package var kind: SubtitleKind
  package var isForced: Bool
  /// For people; differs among the tracks.
  package var name: String
  /// In the asset's folder, `text/de`; differs among the tracks.
  package var folder: String

  package init(
    streamIndex: Int? = nil, file: SourceFile? = nil, language: String, kind: SubtitleKind = .subtitles,
    isForced: Bool = false, name: String, folder: String
  ) {
    self.streamIndex = streamIndex
    self.file = file
    self.language = language
    self.kind = kind
    self.isForced = isForced
    self.name = name
    self.folder = folder
  }

  package var playlist: String { "\(folder)/playlist.m3u8" }
  /// All cues in one WebVTT file.
  package var wholeFile: String { "\(folder)/subtitles.vtt" }
}
