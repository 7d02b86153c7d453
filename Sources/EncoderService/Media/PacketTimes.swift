import EncodingAPI

/// When a picture is shown and decoded, in seconds.
struct PacketTimes: Sendable, Equatable {
  var shown: Double
  var decoded: Double?

  init(shown: Double, decoded: Double?) {
    self.shown = shown
    self.decoded = decoded
  }

  /// ffprobe's `1.200000,1.120000`; nil for what is no packet.
  init?(_ line: Substring) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard let first = fields.first, let shown = Double(first) else { return nil }
    self.init(shown: shown, decoded: fields.count > 1 ? Double(fields[1]) : nil)
  }

  /// Times are printed in microseconds and kept in ticks: so much may a picture be off its place, in pictures.
  static let tolerance = 0.02

  /// What is wrong with them, in words; nil where nothing is. `packets` as they are decoded.
  static func fault(_ packets: [PacketTimes], frameRate: FrameRate) -> String? {
    let decoded = packets.compactMap(\.decoded)
    if let index = zip(decoded, decoded.dropFirst()).enumerated().first(where: { $1.0 >= $1.1 })?.offset {
      return "is decoded at \(decoded[index + 1]) s after \(decoded[index]) s"
    }
    let shown = packets.map(\.shown).sorted()
    guard let first = shown.first else { return "has no pictures" }
    for (number, time) in shown.enumerated() {
      let place = first + frameRate.seconds(ofFrames: number)
      guard abs(time - place) * frameRate.framesPerSecond < tolerance else {
        return "shows picture \(number) at \(time) s instead of \(place.rounded(places: 6)) s"
      }
    }
    return nil
  }
}
