import Contract
import EncodingAPI
import Foundation

/// Subtitles as a player finds them: every track in both manifests under its language, every segment there, playlists
/// as long as the film, and in the segments the cues of the whole file and no others.
struct TextCheck: Sendable {
  var plan: FilmPlan
  var folder: String

  func evidence() throws -> [String] {
    guard !plan.subtitles.isEmpty else { return ["subtitles: the film has none"] }
    let master = HLSMasterPlaylist(try TextFile.read("\(folder)/\(MediaLayout.hlsManifest)"))
    let dash = try TextFile.read("\(folder)/\(MediaLayout.dashManifest)")
    guard master.subtitlePlaylists.map(\.address) == plan.subtitles.map(\.playlist) else {
      throw wrong("the HLS master lists other subtitles")
    }
    guard master.variants.allSatisfy({ $0.subtitleGroup == TextManifests.group }) else {
      throw wrong("a variant of the HLS master has no subtitles")
    }
    var count = 0
    for (track, listed) in zip(plan.subtitles, master.subtitlePlaylists) {
      guard listed.language ?? LanguageTag.unknown == track.language, listed.name == track.name else {
        throw wrong("\(track.playlist) is listed as \(listed.language ?? "no language")")
      }
      guard dash.contains("<BaseURL>\(track.wholeFile)</BaseURL>") else {
        throw wrong("\(track.wholeFile) is not in the DASH manifest")
      }
      count += try checkFiles(track)
    }
    return [
      "subtitles: \(plan.subtitles.count) tracks with \(count) cues, as long as the film, languages as in the source"
    ]
  }

  /// Answers the number of cues.
  private func checkFiles(_ track: SubtitleTrackPlan) throws -> Int {
    let playlist = HLSMediaPlaylist(try TextFile.read("\(folder)/\(track.playlist)"))
    guard playlist.isComplete, abs(playlist.durationSeconds - plan.durationSeconds) < 0.01 else {
      throw wrong("\(track.playlist) lasts \(playlist.durationSeconds) s, the film \(plan.durationSeconds) s")
    }
    var inSegments: Set<String> = []
    for segment in playlist.segments {
      guard segment.durationSeconds <= Double(playlist.targetDurationSeconds) else {
        throw wrong("\(track.playlist) has a segment longer than its target duration")
      }
      inSegments.formUnion(try cues(of: "\(track.folder)/\(segment.address)"))
    }
    let whole = Set(try cues(of: track.wholeFile))
    guard whole == inSegments else { throw wrong("\(track.playlist) has other cues than \(track.wholeFile)") }
    return whole.count
  }

  private func cues(of file: String) throws -> [String] {
    guard TextFile.size("\(folder)/\(file)") ?? 0 > 0 else { throw wrong("\(file) is missing or empty") }
    let text = try TextFile.read("\(folder)/\(file)")
    guard text.hasPrefix("WEBVTT\n") else { throw wrong("\(file) is not WebVTT") }
    return text.components(separatedBy: "\n\n").dropFirst().map { $0.trimmingCharacters(in: .newlines) }
  }

  private func wrong(_ what: String) -> EncodingFault { .wrongResult("Check subtitles: \(what).") }
}
