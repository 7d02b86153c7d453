package import Contract

/// Frames per second, exact.
package struct FrameRate: Codable, Sendable, Hashable, CustomStringConvertible {
  package var numerator: Int
  package var denominator: Int

  package init(_ numerator: Int, _ denominator: Int = 1) {
    self.numerator = numerator
    self.denominator = denominator
  }

  package var framesPerSecond: Double { Double(numerator) / Double(denominator) }
  package var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  package func seconds(ofFrames count: Int) -> Double {
    Double(count) * Double(denominator) / Double(numerator)
  }

  /// Ticks per second in which every frame lasts a whole number of ticks.
  package var timescale: Int { numerator >= 1000 ? numerator : numerator * 1000 }
}

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

/// One size of the ladder and its cap.
package struct Rung: Codable, Sendable, Hashable {
  package var name: String
  package var width: Int
  package var height: Int
  package var constantRateFactor: Int
  package var maximumBitrateKbps: Int

  package init(name: String, width: Int, height: Int, constantRateFactor: Int, maximumBitrateKbps: Int) {
    self.name = name
    self.width = width
    self.height = height
    self.constantRateFactor = constantRateFactor
    self.maximumBitrateKbps = maximumBitrateKbps
  }
}

/// The whole film as it will be encoded; the same in every task of a job.
package struct FilmPlan: Codable, Sendable, Hashable {
  package var frameRate: FrameRate
  package var frameCount: Int
  /// Frames of a group of pictures; segments and chunks are multiples.
  package var groupFrames: Int
  package var segmentFrames: Int
  /// Where the first picture is on the file's own clock, counted from the file's start.
  package var firstPictureSeconds: Double
  /// Best first.
  package var rungs: [Rung]
  /// x264's name for how much work a frame is worth.
  package var preset: String
  package var audio: AudioFacts?

  package init(
    frameRate: FrameRate, frameCount: Int, groupFrames: Int, segmentFrames: Int, firstPictureSeconds: Double,
    rungs: [Rung], preset: String, audio: AudioFacts?
  ) {
    self.frameRate = frameRate
    self.frameCount = frameCount
    self.groupFrames = groupFrames
    self.segmentFrames = segmentFrames
    self.firstPictureSeconds = firstPictureSeconds
    self.rungs = rungs
    self.preset = preset
    self.audio = audio
  }

  package var durationSeconds: Double { frameRate.seconds(ofFrames: frameCount) }
}

/// What an encoder is to do. `kind` says which of the other fields are present.
package struct TaskWork: Codable, Sendable, Hashable {
  package var kind: TaskKind
  package var ordinal: Int
  package var source: SourceFile
  /// Every kind but probe, conform and sweep.
  package var plan: FilmPlan?
  /// conform: the rate to make constant.
  package var conformTo: FrameRate?
  /// conform
  package var deinterlaces: Bool?
  /// encode
  package var firstFrame: Int?
  /// encode; conform: about how many
  package var frameCount: Int?
  /// publish
  package var asset: AssetID?

  package init(
    kind: TaskKind, ordinal: Int = 0, source: SourceFile, plan: FilmPlan? = nil, conformTo: FrameRate? = nil,
    deinterlaces: Bool? = nil, firstFrame: Int? = nil, frameCount: Int? = nil, asset: AssetID? = nil
  ) {
    self.kind = kind
    self.ordinal = ordinal
    self.source = source
    self.plan = plan
    self.conformTo = conformTo
    self.deinterlaces = deinterlaces
    self.firstFrame = firstFrame
    self.frameCount = frameCount
    self.asset = asset
  }
}

// MARK: - What comes back

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

package struct TaskOutput: Codable, Sendable, Hashable {
  /// The output's folder in the job's staging area.
  package var folder: String?
  /// probe
  package var facts: SourceFacts?
  /// conform
  package var frameCount: Int?
  /// package: average kilobits per second of each rung, in the ladder's order.
  package var averageBitratesKbps: [Int]?
  /// check: what was verified, a line each.
  package var evidence: [String]?

  package init(
    folder: String? = nil, facts: SourceFacts? = nil, frameCount: Int? = nil, averageBitratesKbps: [Int]? = nil,
    evidence: [String]? = nil
  ) {
    self.folder = folder
    self.facts = facts
    self.frameCount = frameCount
    self.averageBitratesKbps = averageBitratesKbps
    self.evidence = evidence
  }
}
