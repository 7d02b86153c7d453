/// A media playlist of ours, as a player reads it.
struct HLSMediaPlaylist: Sendable {
  struct Segment: Sendable, Equatable {
    var address: String
    var durationSeconds: Double
    /// Length and offset within the file, where not the whole file is meant.
    var byteRange: (length: Int, offset: Int)?

    static func == (left: Self, right: Self) -> Bool {
      left.address == right.address && left.durationSeconds == right.durationSeconds
        && left.byteRange?.length == right.byteRange?.length && left.byteRange?.offset == right.byteRange?.offset
    }
  }

  private(set) var targetDurationSeconds = 0
  private(set) var map: String?
  private(set) var segments: [Segment] = []
  private(set) var isComplete = false

  init(_ text: String) {
    var duration = 0.0
    var range: (Int, Int)?
    for line in text.split(separator: "\n") {
      if let value = line.value(after: "#EXTINF:") {
        duration = Double(value.prefix { $0 != "," }) ?? 0
      } else if let value = line.value(after: "#EXT-X-TARGETDURATION:") {
        targetDurationSeconds = Int(value) ?? 0
      } else if let value = line.value(after: "#EXT-X-BYTERANGE:") {
        let parts = value.split(separator: "@").compactMap { Int($0) }
        range = parts.count == 2 ? (parts[0], parts[1]) : nil
      } else if let value = line.value(after: "#EXT-X-MAP:") {
        map = HLSAttributes(value)["URI"]
      } else if line.hasPrefix("#EXT-X-ENDLIST") {
        isComplete = true
      } else if !line.hasPrefix("#") {
        segments.append(Segment(address: String(line), durationSeconds: duration, byteRange: range))
        range = nil
      }
    }
  }

  /// BANDWIDTH is the peak over runs of half the target duration and more (RFC 8216, section 4.1): a short rest at the
  /// film's end may need more for its moment.
  func countsForPeak(_ segment: Segment) -> Bool { segment.durationSeconds * 2 >= Double(targetDurationSeconds) }

  var durationSeconds: Double { segments.reduce(0) { $0 + $1.durationSeconds } }
}

/// A master playlist of ours.
struct HLSMasterPlaylist: Sendable {
  struct Variant: Sendable {
    var address: String
    var bandwidth: Int
    var frameRate: Double
    var codecs: String
    var audioGroup: String?
    var subtitleGroup: String?
  }

  /// Sound or text beside the pictures.
  struct Rendition: Sendable {
    var group: String
    var address: String
    var language: String?
    var name: String
    var isDefault: Bool
    var channels: String?
  }

  private(set) var variants: [Variant] = []
  private(set) var iFramePlaylists: [String] = []
  private(set) var audioPlaylists: [Rendition] = []
  private(set) var subtitlePlaylists: [Rendition] = []

  init(_ text: String) {
    var pending: HLSAttributes?
    for line in text.split(separator: "\n") {
      if let value = line.value(after: "#EXT-X-STREAM-INF:") {
        pending = HLSAttributes(value)
      } else if let value = line.value(after: "#EXT-X-I-FRAME-STREAM-INF:") {
        if let address = HLSAttributes(value)["URI"] { iFramePlaylists.append(address) }
      } else if let value = line.value(after: "#EXT-X-MEDIA:") {
        let attributes = HLSAttributes(value)
        guard let address = attributes["URI"] else { continue }
        let rendition = Rendition(
          group: attributes["GROUP-ID"] ?? "", address: address, language: attributes["LANGUAGE"],
          name: attributes["NAME"] ?? "", isDefault: attributes["DEFAULT"] == "YES", channels: attributes["CHANNELS"])
        if attributes["TYPE"] == "AUDIO" { audioPlaylists.append(rendition) }
        if attributes["TYPE"] == "SUBTITLES" { subtitlePlaylists.append(rendition) }
      } else if !line.hasPrefix("#"), let attributes = pending {
        variants.append(
          Variant(
            address: String(line), bandwidth: attributes["BANDWIDTH"].flatMap { Int($0) } ?? 0,
            frameRate: attributes["FRAME-RATE"].flatMap { Double($0) } ?? 0, codecs: attributes["CODECS"] ?? "",
            audioGroup: attributes["AUDIO"], subtitleGroup: attributes["SUBTITLES"]))
        pending = nil
      }
    }
  }
}

extension HLSMasterPlaylist {
  /// The text with no variant announced at less than `rate`, in bits a second, has for it.
  static func raisingBandwidth(in text: String, to rate: (Variant) -> Int?) -> String {
    var variants = HLSMasterPlaylist(text).variants[...]
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      guard line.hasPrefix("#EXT-X-STREAM-INF:"), let variant = variants.popFirst(), let least = rate(variant),
        least > variant.bandwidth
      else { return String(line) }
      return String(line).replacing(#/([:,])BANDWIDTH=\d+/#) { "\($0.1)BANDWIDTH=\(least)" }
    }.joined(separator: "\n")
  }
}

/// `NAME=value,NAME="quoted, value"`
private struct HLSAttributes {
  private var values: [String: String] = [:]

  init(_ text: Substring) {
    var rest = text
    while let equals = rest.firstIndex(of: "=") {
      let name = String(rest[..<equals])
      rest = rest[rest.index(after: equals)...]
      let value: Substring
      if rest.first == "\"" {
        rest = rest.dropFirst()
        value = rest.prefix { $0 != "\"" }
        rest = rest.dropFirst(value.count + 1)
      } else {
        value = rest.prefix { $0 != "," }
        rest = rest.dropFirst(value.count)
      }
      rest = rest.dropFirst()
      values[name] = String(value)
    }
  }

  subscript(name: String) -> String? { values[name] }
}

extension Substring {
  fileprivate func value(after prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
