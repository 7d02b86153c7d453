import EncodingAPI

/// The playlists of a film's beginning, made of those that the packager writes for a whole film.
enum GrowingPlaylist {
  /// A media playlist that ends where the pictures do, and is not the last word: a player asks again (RFC 8216 sections
  /// 4.3.3.5 and 6.3.4), and begins at the beginning although it looks like a broadcast.
  ///
  /// It has no sequence number, which says the same as one of 0: where Chromium's own player sees one it takes the film
  /// for a broadcast, and of what came since it last asked it plays only the last three segments.
  static func media(_ text: String, endingAt seconds: Double) -> String {
    var lines: [Substring] = []
    /// Of one segment, until its address comes.
    var pending: [Substring] = []
    var start = 0.0
    var duration = 0.0
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      if line.hasPrefix("#EXT-X-PLAYLIST-TYPE:") {
        lines += ["#EXT-X-PLAYLIST-TYPE:EVENT", "#EXT-X-START:TIME-OFFSET=0"]
      } else if line.hasPrefix("#EXT-X-ENDLIST") {
        continue
      } else if line.hasPrefix("#EXTINF:") {
        duration = Double(line.dropFirst("#EXTINF:".count).prefix { $0 != "," }) ?? 0
        pending.append(line)
      } else if line.hasPrefix("#") {
        if pending.isEmpty, !line.hasPrefix("#EXT-X-BYTERANGE:") { lines.append(line) } else { pending.append(line) }
      } else {
        // Sound is cut a little beside the pictures, so the middle of a segment tells where it belongs.
        if start + duration / 2 < seconds { lines += pending + [line] }
        pending = []
        start += duration
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A master whose variants promise what the whole film may need: a quiet beginning says little of the rest.
  static func master(_ text: String, plan: FilmPlan) -> String {
    let sound = plan.audio.isEmpty ? 0 : AudioEncoding.bitrateKbps
    return HLSMasterPlaylist.raisingBandwidth(in: text) { variant in
      plan.rungs.first { MediaNames.playlist($0) == variant.address }.map { ($0.maximumBitrateKbps + sound) * 1000 }
    }
  }
}
