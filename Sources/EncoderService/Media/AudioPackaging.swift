import Contract
import EncodingAPI

/// How the packager is told of sound: a group for each codec, since a player takes one codec and keeps it, with every
/// language in each.
struct AudioPackaging: Sendable {
  var plan: FilmPlan

  static func group(_ codec: AudioCodec) -> String { codec == .aac ? "audio" : "audio-\(codec.rawValue)" }

  /// `files` are the tracks in the plan's order, each in a file of its own: given one file twice the packager gives
  /// both tracks the language of the first.
  func descriptors(files: [String], segments: (String) -> String) -> [String] {
    zip(plan.audio, files).map { track, file in
      "in=\(file),stream=audio,\(segments(track.folder)),playlist_name=\(track.playlist),"
        + "hls_group_id=\(Self.group(track.codec)),hls_name=\(track.name),dash_label=\(track.name)"
        // `und` is the one code the packager refuses to be given.
        + (track.language == LanguageTag.unknown ? "" : ",language=\(track.language)") + purpose(track)
    }
  }

  /// The packager marks the first track of this language as the one to begin with.
  var defaultLanguage: [String] {
    guard let language = plan.audio.first?.language, language != LanguageTag.unknown else { return [] }
    return ["--default_language=\(language)"]
  }

  private func purpose(_ track: AudioTrackPlan) -> String {
    switch track.role {
    case .main: ",dash_roles=main"
    case .commentary: ",dash_roles=commentary"
    case .description:
      ",dash_roles=description,dash_accessibilities=urn:tva:metadata:cs:AudioPurposeCS:2007=1"
        + ",hls_characteristics=public.accessibility.describes-video"
    }
  }
}
