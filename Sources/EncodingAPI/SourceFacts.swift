/// The film file as an encoder finds it.
package struct SourceFile: Codable, Sendable, Hashable {
  package var path: String
  /// Changes whenever the bytes do: part of every output's key.
  package var fingerprint: String

  package init(path: String, fingerprint: String) {
    self.path = path
    self.fingerprint = fingerprint
  }
}

package struct AudioFacts: Codable, Sendable, Hashable {
  /// Among the file's audio streams, from 0.
  package var streamIndex: Int
  package var channels: Int
  /// ISO 639-2 as the file says, `und` where it does not.
  package var language: String

  package init(streamIndex: Int, channels: Int, language: String) {
    self.streamIndex = streamIndex
    self.channels = channels
    self.language = language
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
  package var audio: AudioFacts?

  package init(
    container: String, videoCodec: String, width: Int, height: Int, frameRate: FrameRate, frameCount: Int,
    firstPictureSeconds: Double, conformReason: String?, isInterlaced: Bool, audio: AudioFacts?
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
