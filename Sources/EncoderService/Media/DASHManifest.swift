/// A DASH manifest of ours: the files it names and the durations it promises. It reads just the elements that our
/// packager writes, which is all it is for.
struct DASHManifest: Sendable {
  struct Representation: Sendable {
    var files: [String]
    var durationSeconds: Double
  }

  private(set) var durationSeconds: Double = 0
  private(set) var representations: [Representation] = []

  init(_ text: String) {
    var template: [String: String] = [:]
    var segmentTicks: [Int] = []
    for tag in text.split(separator: "<") {
      let name = tag.prefix { $0 != " " && $0 != ">" && $0 != "/" }
      let attributes = Self.attributes(of: tag)
      switch name {
      case "MPD": durationSeconds = Self.seconds(attributes["mediaPresentationDuration"] ?? "")
      case "SegmentTemplate":
        template = attributes
        segmentTicks = []
      case "S":
        let repeats = attributes["r"].flatMap { Int($0) } ?? 0
        segmentTicks += Array(repeating: attributes["d"].flatMap { Int($0) } ?? 0, count: max(0, repeats) + 1)
      default:
        if tag.hasPrefix("/SegmentTemplate") { representations.append(Self.representation(template, segmentTicks)) }
      }
    }
  }

  private static func representation(_ template: [String: String], _ ticks: [Int]) -> Representation {
    let first = template["startNumber"].flatMap { Int($0) } ?? 1
    let media = template["media"] ?? ""
    let files = ticks.indices.map { index in
      let digits = String(first + index)
      let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
      return media.replacing("$Number%05d$", with: number)
    }
    let timescale = template["timescale"].flatMap { Double($0) } ?? 1
    return Representation(
      files: [template["initialization"] ?? ""] + files, durationSeconds: Double(ticks.reduce(0, +)) / timescale)
  }

  private static func attributes(of tag: Substring) -> [String: String] {
    var attributes: [String: String] = [:]
    for match in tag.matches(of: /([A-Za-z:]+)="([^"]*)"/) {
      attributes[String(match.1)] = String(match.2)
    }
    return attributes
  }

  /// `PT1H2M3.5S`
  private static func seconds(_ text: String) -> Double {
    guard let match = text.wholeMatch(of: /PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?/) else { return 0 }
    return (match.1.flatMap { Double($0) } ?? 0) * 3600 + (match.2.flatMap { Double($0) } ?? 0) * 60
      + (match.3.flatMap { Double($0) } ?? 0)
  }
}
