import EncodingAPI

/// What a task asks for: how much work it is, what its encoder must be able to do, how much space it takes, and when
/// its turn is among the tasks of its job. Pure; made once, when the task is.
struct TaskDemands: Sendable, Equatable {
  /// About how many seconds it takes one core: its share of the job's progress. What tasks really took corrects it.
  var weight: Double
  /// Smaller comes first among the ready tasks of a job.
  var rank: Int
  /// ``Capability``
  var capabilities: Set<String>
  /// At most so many bytes come to lie in the media store.
  var spaceBytes: Int
  /// How much of the film it goes through, for its speed; 0 where that says nothing.
  var filmSeconds: Double

  /// - Parameter sourcePixels: of one picture of the film, for work without a plan.
  init(_ work: TaskWork, sourcePixels: Int = 1280 * 720) {
    weight = Self.weight(work, sourcePixels: sourcePixels)
    rank = Self.rank(work)
    capabilities = Self.capabilities(work)
    spaceBytes = Self.spaceBytes(work, sourcePixels: sourcePixels)
    filmSeconds = Self.filmSeconds(work)
  }

  // MARK: - Order

  /// What others wait for comes first, and what makes the film playable early: the first chunk and the sound before
  /// the rest. The survey is one long task, so it must not be left to the end.
  private static func rank(_ work: TaskWork) -> Int {
    switch work.kind {
    case .probe: 0
    case .conform, .sample: 1
    case .encode: work.ordinal == 0 ? 2 : 6
    case .preview: 2
    case .audio, .subtitle: 3
    case .join, .quality, .package, .check, .encrypt, .publish: 4
    case .survey: 5
    case .sweep: 7
    }
  }

  // MARK: - Abilities

  private static func capabilities(_ work: TaskWork) -> Set<String> {
    switch work.kind {
    case .encode: [(work.codec ?? .h264).rawValue]
    case .conform, .sample: [Capability.h264]
    case .audio:
      (work.plan?.audio ?? []).indices.contains(work.ordinal)
        ? [work.plan?.audio[work.ordinal].codec.rawValue ?? Capability.aac] : [Capability.aac]
    case .package, .preview, .encrypt: [Capability.packager]
    case .probe, .subtitle, .survey, .join, .quality, .check, .publish, .sweep: []
    }
  }

  // MARK: - Work

  /// Of one core, in millions of pixels a second.
  private static let decodingSpeed = 80.0
  /// Starting programs in their sandbox, and asking for the next task.
  private static let startSeconds = 0.15

  private static func weight(_ work: TaskWork, sourcePixels: Int) -> Double {
    let seconds = work.plan?.durationSeconds ?? 0
    let work: Double =
      switch work.kind {
      case .probe: 0.3
      case .conform: decoding(sourcePixels, work.frameCount ?? 0) * 3
      case .encode: decoding(work) + encoding(work)
      // Each size at three rate factors, each measured at the source's.
      case .sample: decoding(work) * 12 + encoding(work) * 3
      case .audio: seconds * 0.03
      // The film is read through, nothing of its pictures decoded.
      case .subtitle: seconds * 0.001
      case .survey: decoding(work) * 1.5
      case .join: seconds * 0.0005
      case .package, .encrypt: 0.2 + seconds * 0.002
      case .quality: decoding(work) * 4
      case .preview: 0.2 + (work.plan?.frameRate.seconds(ofFrames: frames(work)) ?? 0) * 0.002
      case .check: decoding(work)
      case .publish: 0
      case .sweep: -startSeconds
      }
    return startSeconds + work
  }

  private static func decoding(_ pixels: Int, _ frames: Int) -> Double {
    Double(pixels) * Double(frames) / 1e6 / decodingSpeed
  }

  private static func decoding(_ work: TaskWork) -> Double {
    let best = work.plan?.rungs.first
    return decoding((best?.width ?? 0) * (best?.height ?? 0), frames(work))
  }

  private static func encoding(_ work: TaskWork) -> Double {
    guard let plan = work.plan else { return 0 }
    let codec = work.codec ?? .h264
    let pixels = plan.rungs(of: codec).reduce(0) { $0 + $1.width * $1.height }
    let preset = JobPlan.Preset(rawValue: plan.preset) ?? .fast
    return Double(pixels) * Double(frames(work)) / 1e6 / preset.megapixelsPerSecond * costs(codec)
  }

  /// About how many times the processor time of H.264.
  private static func costs(_ codec: VideoCodec) -> Double {
    switch codec {
    case .h264: 1
    case .hevc: 4
    case .av1: 3
    }
  }

  /// Pictures it goes through: its chunk's, or the whole film's.
  private static func frames(_ work: TaskWork) -> Int {
    if let windows = work.windows { return windows.reduce(0) { $0 + $1.count } }
    return work.frameCount ?? work.plan?.frameCount ?? 0
  }

  private static func filmSeconds(_ work: TaskWork) -> Double {
    switch work.kind {
    case .encode, .audio, .survey, .join: work.plan?.frameRate.seconds(ofFrames: frames(work)) ?? 0
    case .conform: work.conformTo?.seconds(ofFrames: frames(work)) ?? 0
    case .probe, .sample, .preview, .subtitle, .quality, .package, .check, .encrypt, .publish, .sweep: 0
    }
  }

  // MARK: - Space

  private static let smallFilesBytes = 1 << 20

  private static func spaceBytes(_ work: TaskWork, sourcePixels: Int) -> Int {
    var rungs = work.plan?.rungs ?? []
    let seconds = work.plan?.frameRate.seconds(ofFrames: frames(work)) ?? 0
    func bytes(_ kbps: Int) -> Int { Int(Double(kbps) * 125 * seconds * 1.1) }
    if work.kind == .encode { rungs.removeAll { $0.codec != work.codec ?? .h264 } }
    let whole = bytes(rungs.reduce(0) { $0 + $1.maximumBitrateKbps })
    return switch work.kind {
    case .publish, .sweep: 0
    case .probe, .quality, .check: smallFilesBytes
    case .subtitle: 8 * smallFilesBytes
    // Nearly lossless: half a bit a pixel.
    case .conform: smallFilesBytes + sourcePixels / 16 * (work.frameCount ?? 0)
    case .sample: smallFilesBytes + whole * 3
    case .encode, .preview, .package, .encrypt: smallFilesBytes + whole
    case .join:
      smallFilesBytes + bytes(rungs.indices.contains(work.ordinal) ? rungs[work.ordinal].maximumBitrateKbps : 0)
    case .audio: smallFilesBytes + bytes(256)
    case .survey: 8 * smallFilesBytes
    }
  }
}

extension JobPlan.Preset {
  /// What one core encodes of H.264, in millions of pixels a second.
  var megapixelsPerSecond: Double {
    switch self {
    case .ultrafast: 120
    case .superfast: 80
    case .veryfast: 50
    case .faster: 32
    case .fast: 25
    case .medium: 20
    case .slow: 12
    case .slower: 6
    }
  }
}
