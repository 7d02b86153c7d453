/// The film file as an encoder finds it.
package struct SourceFile: Codable, Sendable, Hashable {
  package var path: String
  /// Changes whenever the bytes do: part of every output's key.
  package var fingerprint: String
  /// Absent only in what an older release wrote down.
  package var bytes: Int?

  package init(path: String, fingerprint: String, bytes: Int? = nil) {
    self.path = path
    self.fingerprint = fingerprint
    self.bytes = bytes
  }

  /// Whether the fingerprint is the SHA-256 of the bytes, in hexadecimal: so it is of what was uploaded.
  package var isHashed: Bool {
    fingerprint.utf8.count == 64 && fingerprint.utf8.allSatisfy { $0 >= 48 && $0 <= 57 || $0 >= 97 && $0 <= 102 }
  }
}

/// How the numbers in the file are colours, in ffmpeg's words; absent is what the file does not say.
package struct ColourFacts: Codable, Sendable, Hashable {
  package var primaries: String?
  package var transfer: String?
  package var matrix: String?
  /// `tv` or `pc`.
  package var range: String?
  /// `yuv420p10le`
  package var pixelFormat: String?
  package var bitDepth: Int
  package var isHighDynamicRange: Bool

  package init(
    primaries: String? = nil, transfer: String? = nil, matrix: String? = nil, range: String? = nil,
    pixelFormat: String? = nil, bitDepth: Int = 8, isHighDynamicRange: Bool = false
  ) {
    self.primaries = primaries
    self.transfer = transfer
    self.matrix = matrix
    self.range = range
    self.pixelFormat = pixelFormat
    self.bitDepth = bitDepth
    self.isHighDynamicRange = isHighDynamicRange
  }
}

/// What probing found, after everything that cannot be handled has been refused.
package struct SourceFacts: Codable, Sendable, Hashable {
  package var container: String
  package var videoCodec: String
  /// As shown: rotated, pixels square.
  package var width: Int
  package var height: Int
  package var frameRate: FrameRate
  package var frameCount: Int
  package var firstPictureSeconds: Double
  /// Why the film must be conformed before it can be cut into chunks; absent where it need not.
  package var conformReason: String?
  package var isInterlaced: Bool
  /// Clockwise, as the file asks to be turned; already in `width` and `height`.
  package var rotationDegrees = 0
  /// Width by height of a pixel where it is not square, as `16:11`; already in `width`.
  package var pixelAspect: String?
  package var colour = ColourFacts()
  /// In the file's order; empty for a silent film.
  package var audio: [AudioFacts]
  /// In the file's order.
  package var subtitles: [SubtitleFacts] = []

  package init(
    container: String, videoCodec: String, width: Int, height: Int, frameRate: FrameRate, frameCount: Int,
    firstPictureSeconds: Double, conformReason: String?, isInterlaced: Bool, audio: [AudioFacts]
  ) {
    self.container = container
    self.videoCodec = videoCodec
    self.width = width
    self.height = height
    self.frameRate = frameRate
    self.frameCount = frameCount
    self.firstPictureSeconds = firstPictureSeconds
    self.conformReason = conformReason
    self.isInterlaced = isInterlaced
    self.audio = audio
  }

  package var durationSeconds: Double { frameRate.seconds(ofFrames: frameCount) }
}
