/// What a track of sound is for.
package enum AudioRole: String, Codable, Sendable, CaseIterable {
  case main
  /// Somebody speaks about the film.
  case commentary
  /// Somebody says what is to be seen.
  case description
}

package enum SubtitleKind: String, Codable, Sendable, CaseIterable {
  /// What is said, in another language.
  case subtitles
  /// What is said and what is heard, for those who do not hear it.
  case captions
}

/// A track of sound that a viewer may choose, whatever its codec.
package struct SoundTrack: Codable, Sendable, Hashable {
  /// BCP 47, `und` where it is not known.
  package var language: String
  package var name: String
  package var role: AudioRole

  package init(language: String, name: String, role: AudioRole) {
    self.language = language
    self.name = name
    self.role = role
  }
}

/// A track of subtitles that a viewer may choose.
package struct TextTrack: Codable, Sendable, Hashable {
  /// BCP 47, `und` where it is not known.
  package var language: String
  package var name: String
  package var kind: SubtitleKind
  package var isForced: Bool
  /// The whole track as WebVTT, in the asset's folder.
  package var file: String

  package init(language: String, name: String, kind: SubtitleKind, isForced: Bool, file: String) {
    self.language = language
    self.name = name
    self.kind = kind
    self.isForced = isForced
    self.file = file
  }
}

/// What a viewer of an asset may choose to hear and to read.
package struct MediaTracks: Codable, Sendable, Hashable {
  /// What players begin with first; empty for a silent film.
  package var audio: [SoundTrack]
  package var subtitles: [TextTrack]

  package init(audio: [SoundTrack] = [], subtitles: [TextTrack] = []) {
    self.audio = audio
    self.subtitles = subtitles
  }
}
