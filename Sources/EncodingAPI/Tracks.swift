package import Contract

/// The sound and the text of an asset, as players find them.
package struct AssetTracks: Codable, Sendable, Hashable {
  /// The default first.
  package var audio: [AudioTrack]
  package var subtitles: [SubtitleTrack]

  package init(audio: [AudioTrack] = [], subtitles: [SubtitleTrack] = []) {
    self.audio = audio
    self.subtitles = subtitles
  }

  /// As planned: nothing measured or counted yet.
  package init(_ plan: FilmPlan) {
    audio = plan.audio.map { AudioTrack($0) }
    subtitles = plan.subtitles.map { SubtitleTrack($0) }
  }

  /// What a viewer chooses from. Every track of sound comes in AAC; a second codec is not a second choice.
  package var choices: MediaTracks {
    MediaTracks(
      audio: audio.filter { $0.codec == .aac }.map { SoundTrack(language: $0.language, name: $0.name, role: $0.role) },
      subtitles: subtitles.map {
        TextTrack(language: $0.language, name: $0.name, kind: $0.kind, isForced: $0.isForced, file: $0.file)
      })
  }
}

package struct AudioTrack: Codable, Sendable, Hashable {
  package var name: String
  package var language: String
  package var role: AudioRole
  package var codec: AudioCodec
  package var channels: Int
  package var isDefault: Bool
  /// Its HLS playlist in the asset's folder.
  package var file: String
  /// Absent until checked.
  package var loudness: LoudnessMeasure?

  package init(_ plan: AudioTrackPlan, loudness: LoudnessMeasure? = nil) {
    name = plan.name
    language = plan.language
    role = plan.role
    codec = plan.codec
    channels = 2
    isDefault = plan.isDefault
    file = plan.playlist
    self.loudness = loudness
  }
}

package struct SubtitleTrack: Codable, Sendable, Hashable {
  package var name: String
  package var language: String
  package var kind: SubtitleKind
  package var isForced: Bool
  /// The whole track as one WebVTT file in the asset's folder; `playlist.m3u8` beside it has it in segments.
  package var file: String
  /// Absent until made.
  package var cueCount: Int?
  /// What was left out of the source and why, with line numbers, as far as there is room.
  package var notes: [String]?

  package init(_ plan: SubtitleTrackPlan, report: SubtitleReport? = nil) {
    name = plan.name
    language = plan.language
    kind = plan.kind
    isForced = plan.isForced
    file = plan.wholeFile
    cueCount = report?.cueCount
    notes = report.map(\.notes)
  }
}

/// What came of one track of subtitles.
package struct SubtitleReport: Codable, Sendable, Hashable {
  package var cueCount: Int
  package var notes: [String]

  package init(cueCount: Int, notes: [String]) {
    self.cueCount = cueCount
    self.notes = notes
  }
}
