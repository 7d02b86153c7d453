package import Contract

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
  /// conform: where the colours must be converted.
  package var colour: ColourFacts?
  /// encode; sample
  package var firstFrame: Int?
  /// quality: what to look at.
  package var windows: [PictureRange]?
  /// sweep: outputs to leave.
  package var keeps: [String]?
  /// encode: whose ladder; absent: H.264's.
  package var codec: VideoCodec?
  /// encode; sample; preview: of the beginning; conform: about how many
  package var frameCount: Int?
  /// preview, encrypt, publish
  package var asset: AssetID?

  package init(kind: TaskKind, ordinal: Int = 0, source: SourceFile, plan: FilmPlan? = nil) {
    self.kind = kind
    self.ordinal = ordinal
    self.source = source
    self.plan = plan
  }

  /// Every file that the task reads of what was sent in: what its encoder may ask the service for.
  package var sources: [SourceFile] {
    guard kind == .subtitle, let tracks = plan?.subtitles, tracks.indices.contains(ordinal),
      let file = tracks[ordinal].file
    else { return [source] }
    return [source, file]
  }
}

/// What came of a task. Each kind has fields of its own.
package struct TaskOutput: Codable, Sendable, Hashable {
  /// The output's folder in the job's staging area.
  package var folder: String?
  package var usage: TaskUsage?
  /// probe
  package var facts: SourceFacts?
  /// conform
  package var frameCount: Int?
  /// package: of each rung, in the ladder's order.
  package var renditionBytes: [Int]?
  /// check
  package var checks: [CheckResult]?
  /// sample
  package var curve: [CurvePoint]?
  /// quality
  package var quality: RenditionQuality?
  /// audio: of the finished track.
  package var loudness: LoudnessMeasure?
  /// subtitle
  package var subtitles: SubtitleReport?
  /// check: what will be published of sound and text.
  package var tracks: AssetTracks?

  package init(folder: String? = nil) {
    self.folder = folder
  }

  /// `TaskOutput { $0.frameCount = 250 }`
  package init(_ fill: (inout TaskOutput) -> Void) {
    self.init()
    fill(&self)
  }
}
