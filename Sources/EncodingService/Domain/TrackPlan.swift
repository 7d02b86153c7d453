import Contract
import EncodingAPI

/// Which of the source's sound and text becomes which track. Pure.
enum TrackPlan {
  /// The default first; each of the source's tracks in each codec.
  static func audio(_ facts: [AudioFacts], codecs: [AudioCodec]) -> [AudioTrackPlan] {
    let carried = facts.filter { $0.reasonNotCarried == nil }
    let mains = carried.filter { $0.role == .main }
    let chosen = mains.first { $0.isDefault } ?? mains.first ?? carried.first
    let ordered = carried.filter { $0 == chosen } + carried.filter { $0 != chosen }
    // AAC first: what players begin with must be what all of them play.
    return AudioCodec.allCases.filter { $0 == .aac || codecs.contains($0) }.flatMap { codec in
      var names = UniqueNames()
      var folders = UniqueNames()
      return ordered.map { track in
        AudioTrackPlan(
          streamIndex: track.streamIndex, codec: codec, language: track.language, role: track.role,
          name: names.take(name(track), separator: " "), isDefault: track == chosen,
          folder: "audio/" + folders.take(track.language, separator: "-") + (codec == .aac ? "" : "-\(codec.rawValue)"))
      }
    }
  }

  /// The film's own first, then those in files of their own.
  static func subtitles(_ facts: [SubtitleFacts], sideCars: [SideCar], files: [SourceFile]) -> [SubtitleTrackPlan] {
    var names = UniqueNames()
    var folders = UniqueNames()
    func folder(_ language: String) -> String { "text/" + folders.take(language, separator: "-") }
    let embedded = facts.filter { $0.reasonNotCarried == nil }.map { track in
      SubtitleTrackPlan(
        streamIndex: track.streamIndex, language: track.language, kind: track.kind, isForced: track.isForced,
        name: names.take(track.title ?? name(track.language, track.kind, isForced: track.isForced), separator: " "),
        folder: folder(track.language))
    }
    let others = zip(sideCars, files).map { sideCar, file in
      let language = LanguageTag.canonical(sideCar.language) ?? LanguageTag.unknown
      return SubtitleTrackPlan(
        file: file, language: language, kind: sideCar.kind,
        name: names.take(sideCar.name ?? name(language, sideCar.kind, isForced: false), separator: " "),
        folder: folder(language))
    }
    return embedded + others
  }

  private static func name(_ language: String, _ kind: SubtitleKind, isForced: Bool) -> String {
    LanguageTag.autonym(language) + (kind == .captions ? " (captions)" : "") + (isForced ? " (forced)" : "")
  }

  private static func name(_ track: AudioFacts) -> String {
    if let title = track.title { return title }
    let language = LanguageTag.autonym(track.language)
    return switch track.role {
    case .main: language
    case .commentary: "\(language) (commentary)"
    case .description: "\(language) (audio description)"
    }
  }
}

/// Gives each name once: the second `de` is `de-2`.
struct UniqueNames {
  private var taken: Set<String> = []

  mutating func take(_ name: String, separator: String) -> String {
    var candidate = name
    var number = 2
    while !taken.insert(candidate).inserted {
      candidate = "\(name)\(separator)\(number)"
      number += 1
    }
    return candidate
  }
}
