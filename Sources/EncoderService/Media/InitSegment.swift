/// What a player is given before the first segment of a track, made the same whenever it is made: the packager writes
/// the time of day into it, and as the film's length that of what it was given, which may be its beginning alone.
struct InitSegment: Sendable {
  private(set) var bytes: [UInt8]

  /// Boxes that hold others (ISO/IEC 14496-12).
  private static let containers: Set<String> = ["moov", "trak", "mdia", "mvex"]

  /// Nil where the bytes are no sequence of boxes with a movie in it.
  init?(_ bytes: [UInt8], durationSeconds: Double) {
    self.bytes = bytes
    var timescale = 0
    var isSound = true
    visit(0..<bytes.count) { name, body, bytes in
      guard let version = body.first.map({ bytes[$0] }) else {
        isSound = false
        return
      }
      let isLong = version == 1
      switch name {
      case "mvhd", "tkhd", "mdhd":
        // Version and flags, then creation and modification.
        let times = body.dropFirst(4).prefix(isLong ? 16 : 8)
        guard body.count >= 24 else {
          isSound = false
          return
        }
        for index in times { bytes[index] = 0 }
        let after = times.endIndex
        if name == "mvhd" { timescale = bytes[after..<after + 4].reduce(0) { $0 << 8 | Int($1) } }
      case "mehd":
        let ticks = UInt64((durationSeconds * Double(timescale)).rounded())
        let places = body.dropFirst(4).prefix(isLong ? 8 : 4)
        for (place, index) in places.reversed().enumerated() {
          bytes[index] = UInt8(truncatingIfNeeded: ticks >> (8 * UInt64(place)))
        }
      default: break
      }
    }
    guard isSound, timescale > 0 else { return nil }
  }

  private mutating func visit(_ range: Range<Int>, _ body: (String, Range<Int>, inout [UInt8]) -> Void) {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      let size = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      guard size >= 8, offset + size <= range.upperBound else { return }
      let name = String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self)
      let content = offset + 8..<offset + size
      if Self.containers.contains(name) { visit(content, body) } else { body(name, content, &bytes) }
      offset += size
    }
  }
}
