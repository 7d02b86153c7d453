import Contract
import EncodingAPI

/// What is believed of a file's sound and text. Pure.
struct TrackJudgement: Sendable {
  /// More tracks of a kind are named, not carried on.
  static let mostAudioTracks = 16
  static let mostSubtitleTracks = 64
  static let longestTitle = 80

  /// Codecs whose subtitles are text.
  static let textCodecs: Set = ["mov_text", "subrip", "ass", "ssa", "webvtt", "text"]

  func audio(_ streams: [ProbeReport.Stream]) -> [AudioFacts] {
    streams.enumerated().map { index, stream in
      let channels = stream.channels ?? 0
      return AudioFacts(
        streamIndex: index, codec: stream.codec_name ?? "unknown", channels: channels, layout: stream.channel_layout,
        language: language(stream), role: role(stream), isDefault: stream.disposition?.default == 1,
        title: title(stream),
        reasonNotCarried: index >= Self.mostAudioTracks
          ? "A film has at most \(Self.mostAudioTracks) tracks of sound."
          : stream.codec_name == nil
            ? "Its format is not known here." : channels == 0 ? "It has no channels, or they cannot be read." : nil)
    }
  }

  func subtitles(_ streams: [ProbeReport.Stream]) -> [SubtitleFacts] {
    streams.enumerated().map { index, stream in
      let codec = stream.codec_name ?? "unknown"
      let isCaptions = stream.disposition?.hearing_impaired == 1 || stream.disposition?.captions == 1
      return SubtitleFacts(
        streamIndex: index, codec: codec, language: language(stream), kind: isCaptions ? .captions : .subtitles,
        isForced: stream.disposition?.forced == 1, isDefault: stream.disposition?.default == 1, title: title(stream),
        reasonNotCarried: index >= Self.mostSubtitleTracks
          ? "A film has at most \(Self.mostSubtitleTracks) tracks of subtitles."
          : Self.textCodecs.contains(codec)
            ? nil : "\(codec) holds pictures of words, not words. Send the subtitles as an SRT or WebVTT file.")
    }
  }

  private func language(_ stream: ProbeReport.Stream) -> String {
    stream.tags?.language.flatMap(LanguageTag.canonical) ?? LanguageTag.unknown
  }

  private func role(_ stream: ProbeReport.Stream) -> AudioRole {
    if stream.disposition?.visual_impaired == 1 || stream.disposition?.descriptions == 1 { return .description }
    return stream.disposition?.comment == 1 ? .commentary : .main
  }

  /// One line of printable text without what manifests and command lines give a meaning; nil where nothing is left.
  private func title(_ stream: ProbeReport.Stream) -> String? {
    let text = (stream.tags?.title ?? "").unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
      return isPlain && !"\"',=<>&\\".unicodeScalars.contains(scalar) ? Character(scalar) : " "
    }
    let words = String(text).split(separator: " ").joined(separator: " ").prefix(Self.longestTitle)
    return words.isEmpty ? nil : String(words)
  }
}
