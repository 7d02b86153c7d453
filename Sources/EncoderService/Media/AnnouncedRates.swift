import EncodingAPI

/// Holds the rates that manifests announce against the segments.
///
/// The packager (3.8) leaves each track's eleventh segment out of its peak: the first ten tell it how long segments
/// are, and the one that ends the telling is not counted. Where that one is the largest, players were told too little.
struct AnnouncedRates: Sendable {
  /// Bits a second by the path of the media playlist.
  private let peaks: [String: Int]

  /// - Parameter size: of a file below the asset's folder, in bytes.
  init(playlists: [String], read: (String) throws -> String, size: (String) -> Int?) rethrows {
    peaks = try Dictionary(
      playlists.map { path in
        let playlist = HLSMediaPlaylist(try read(path))
        let folder = MediaNames.folder(of: path)
        let rates = playlist.segments.filter(playlist.countsForPeak).map { segment in
          Double((size("\(folder)/\(segment.address)") ?? 0) * 8) / segment.durationSeconds
        }
        return (path, Int((rates.max() ?? 0).rounded(.up)))
      }, uniquingKeysWith: max)
  }

  /// Variants of the HLS master, each with the largest track of its group of sound (RFC 8216, section 4.3.4.2).
  func hls(_ master: String) -> String {
    let sound = HLSMasterPlaylist(master).audioPlaylists
    return HLSMasterPlaylist.raisingBandwidth(in: master) { variant in
      let loudest = sound.filter { $0.group == variant.audioGroup }.compactMap { peaks[$0.address] }.max() ?? 0
      return peaks[variant.address].map { $0 + loudest }
    }
  }

  /// Representations of the DASH manifest, which names no playlists: a track's folder tells which is whose.
  func dash(_ manifest: String) -> String {
    let byFolder = Dictionary(
      peaks.map { (MediaNames.folder(of: $0.key), $0.value) }, uniquingKeysWith: max)
    var parts = manifest.split(separator: "<Representation ", omittingEmptySubsequences: false).map(String.init)
    for index in parts.indices.dropFirst() {
      guard let folder = parts[index].firstMatch(of: /initialization="([^"]*)\/[^"\/]*"/).map({ String($0.1) }),
        let peak = byFolder[folder]
      else { continue }
      parts[index].replace(#/bandwidth="(\d+)"/#, maxReplacements: 1) { match in
        "bandwidth=\"\(max(Int(match.1) ?? 0, peak))\""
      }
    }
    return parts.joined(separator: "<Representation ")
  }
}
