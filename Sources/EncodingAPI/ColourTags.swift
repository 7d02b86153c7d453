/// How a player is to take the numbers of a picture for colours (H.273), in ffmpeg's words.
package struct ColourTags: Codable, Sendable, Hashable {
  package var primaries: String
  package var transfer: String
  package var matrix: String
  /// Of the pictures that chunks are cut from: numbers from 0 to 255, not from 16 to 235. What is published is narrow.
  package var isFullRange: Bool

  package init(primaries: String, transfer: String, matrix: String, isFullRange: Bool = false) {
    self.primaries = primaries
    self.transfer = transfer
    self.matrix = matrix
    self.isFullRange = isFullRange
  }

  /// High definition, and everything that was converted.
  package static let bt709 = ColourTags(primaries: "bt709", transfer: "bt709", matrix: "bt709")
}

extension ColourFacts {
  package var isRGB: Bool {
    matrix == "gbr" || pixelFormat?.hasPrefix("gbr") == true || pixelFormat?.hasPrefix("rgb") == true
  }

  /// Why the colours must be converted to those that every screen shows; nil where they need not.
  package var conversionReason: String? {
    if isHighDynamicRange { return "it is in high dynamic range" }
    if primaries == "bt2020" || matrix?.hasPrefix("bt2020") == true { return "its colours are those of BT.2020" }
    return isRGB ? "its pictures are in RGB" : nil
  }
}

extension SourceFacts {
  /// What the file says of its colours; where it says nothing what players would guess, now said aloud.
  package var colourTags: ColourTags {
    guard colour.conversionReason == nil else { return .bt709 }
    let isHighDefinition = min(width, height) >= 720
    let is25Hertz = [25.0, 50].contains(frameRate.framesPerSecond)
    let guess = isHighDefinition ? "bt709" : is25Hertz ? "bt470bg" : "smpte170m"
    let matrices: Set = ["bt709", "smpte170m", "bt470bg", "fcc", "smpte240m"]
    let matrix = colour.matrix.flatMap { matrices.contains($0) ? $0 : nil } ?? guess
    let primaries: Set = ["bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m"]
    return ColourTags(
      primaries: colour.primaries.flatMap { primaries.contains($0) ? $0 : nil } ?? (matrix == "fcc" ? guess : matrix),
      // All of these have one curve but for the names.
      transfer: matrix == "bt709" ? "bt709" : "smpte170m", matrix: matrix, isFullRange: colour.range == "pc")
  }
}
