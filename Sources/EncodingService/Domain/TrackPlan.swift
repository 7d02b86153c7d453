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
