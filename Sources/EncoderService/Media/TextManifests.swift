import Contract
import EncodingAPI
import Foundation

/// Enters the tracks of subtitles into manifests that the packager wrote. Pure.
struct TextManifests: Sendable {
  var plan: FilmPlan

  static let group = "text"
  /// Above the identifiers that the packager gives away.
  private static let firstAdaptationSet = 1000

  func hls(_ master: String) -> String {
    guard !plan.subtitles.isEmpty else { return master }
    var lines: [String] = []
    var hasMedia = false
    for line in master.split(separator: "\n", omittingEmptySubsequences: false) {
      let isVariant = line.hasPrefix("#EXT-X-STREAM-INF:")
      if isVariant, !hasMedia {
        lines += plan.subtitles.map(media) + [""]
        hasMedia = true
      }
      lines.append(isVariant ? "\(line),SUBTITLES=\"\(Self.group)\"" : String(line))
    }
    return lines.joined(separator: "\n")
  }

  private func media(_ track: SubtitleTrackPlan) -> String {
    let language = track.language == LanguageTag.unknown ? "" : ",LANGUAGE=\"\(track.language)\""
    let purpose =
      track.kind == .captions
      ? ",CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,"
        + "public.accessibility.describes-music-and-sound\"" : ""
    return "#EXT-X-MEDIA:TYPE=SUBTITLES,URI=\"\(track.playlist)\",GROUP-ID=\"\(Self.group)\"\(language),"
      + "NAME=\"\(track.name)\",DEFAULT=NO,AUTOSELECT=YES,FORCED=\(track.isForced ? "YES" : "NO")\(purpose)"
  }

  /// The whole track as one file: what DASH players read best, and no longer than the film by itself.
  func dash(_ manifest: String) -> String {
    guard let end = manifest.range(of: "  </Period>", options: .backwards) else { return manifest }
    let sets = plan.subtitles.enumerated().map { index, track in
      let role = track.isForced ? "forced-subtitle" : track.kind == .captions ? "caption" : "subtitle"
      return """
            <AdaptationSet id="\(Self.firstAdaptationSet + index)" contentType="text" lang="\(track.language)">
              <Role schemeIdUri="urn:mpeg:dash:role:2011" value="\(role)"/>
              <Label>\(track.name)</Label>
              <Representation id="text-\(index)" bandwidth="1000" mimeType="text/vtt">
                <BaseURL>\(track.wholeFile)</BaseURL>
              </Representation>
            </AdaptationSet>

        """
    }
    return manifest.replacingCharacters(in: end, with: sets.joined() + "  </Period>")
  }
}
