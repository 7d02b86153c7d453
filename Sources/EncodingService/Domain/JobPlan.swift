import Contract
import EncodingAPI

/// The graph of a job's tasks, made of what probing found. Pure.
struct JobPlan: Sendable {
  enum Preset: String, Sendable, CaseIterable {
    case ultrafast, superfast, veryfast, faster, fast, medium, slow, slower
  }

  struct Parameters: Sendable {
    var groupSeconds: Double = 2
    var groupsPerSegment = 2
    var chunkSeconds: Double = 10
    var preset: Preset = .fast
    var constantRateFactor = 23
    var codecs: [VideoCodec] = [.h264]
    var hevcPreset: Preset = .fast
    /// SVT-AV1's, from 0 (slow) to 13.
    var av1Preset = 10
    var ladder = LadderKind.perTitle
    /// Shorter films have the fixed ladder, unless their job asks for more.
    var sampleMinimumSeconds: Double = 300
    /// VMAF of the best rung, beyond which nothing is seen to improve.
    var targetQuality: Double = 95
    /// Films up to so long are measured whole before they are published, longer ones in windows.
    var qualityWholeSeconds: Double = 12
    /// Whether a film can be watched while it is encoded.
    var isProgressive = true
    /// A shorter film is published whole, unless its job asks for more: it is done before anyone has begun.
    var progressiveMinimumSeconds: Double = 60
    /// How much of it can be watched at first. Three segments, as RFC 8216 section 6.2.2 has it for what grows.
    var beginningSeconds: Double = 12
    var encryption = JobEncryption.none
    /// Of each track of sound, beside AAC.
    var audioCodecs: [AudioCodec] = []

    /// With what one job asks for instead.
    func with(_ options: JobOptions) -> Parameters {
      var parameters = self
      if let asked = options.progressive {
        parameters.isProgressive = asked
        parameters.progressiveMinimumSeconds = 0
      }
      parameters.codecs = options.codecs ?? codecs
      parameters.ladder = options.ladder ?? ladder
      parameters.encryption = options.encryption ?? encryption
      // What is published early is published in the clear.
      if parameters.encryption != .none { parameters.isProgressive = false }
      return parameters
    }

    func codecSet(_ codec: VideoCodec) -> CodecSet {
      switch codec {
      case .h264: CodecSet(codec: codec)
      case .hevc: CodecSet(codec: codec, preset: hevcPreset.rawValue)
      case .av1: CodecSet(codec: codec, preset: "\(av1Preset)")
      }
    }
  }

  /// One task to be. Its needs are places of earlier tasks in the list, or finished tasks of the job by kind.
  struct PlannedTask: Sendable {
    var work: TaskWork
    var needs: [Int]
  }

  var film: FilmPlan
  var tasks: [PlannedTask]

  /// Pictures of a group, segment and chunk at this rate; each a multiple of the one before, so that a film cut off
  /// after any chunk has the very segments of the whole one.
  static func frames(_ rate: FrameRate, _ parameters: Parameters) -> (group: Int, segment: Int, chunk: Int) {
    let group = max(1, Int((parameters.groupSeconds * rate.framesPerSecond).rounded()))
    let segment = group * parameters.groupsPerSegment
    let segmentsPerChunk = max(1, Int((parameters.chunkSeconds / rate.seconds(ofFrames: segment)).rounded()))
    return (group, segment, segment * segmentsPerChunk)
  }

  /// In H.264; what the film gets where it is not sampled.
  static func fixedLadder(_ facts: SourceFacts, _ parameters: Parameters) -> [Rung] {
    RenditionLadder.rungs(
      width: facts.width, height: facts.height, frameRate: facts.frameRate,
      constantRateFactor: parameters.constantRateFactor)
  }

  /// Everything that follows probing (and conforming, where `conformedFrames` says it has been done).
  init(
    source: SourceFile, facts: SourceFacts, conformedFrames: Int?, asset: AssetID, parameters: Parameters,
    ladder: [Rung]? = nil, options: JobOptions = JobOptions(), sideCarFiles: [SourceFile] = []
  ) {
    let lengths = Self.frames(facts.frameRate, parameters)
    let fixed = Self.fixedLadder(facts, parameters)
    let rungs = VideoCodec.allCases.filter(parameters.codecs.contains).flatMap {
      parameters.codecSet($0).rungs(like: ladder ?? fixed)
    }
    film = FilmPlan(
      frameRate: facts.frameRate, frameCount: conformedFrames ?? facts.frameCount, groupFrames: lengths.group,
      segmentFrames: lengths.segment, firstPictureSeconds: facts.firstPictureSeconds,
      rungs: rungs, preset: parameters.preset.rawValue,
      audio: TrackPlan.audio(facts.audio, codecs: options.audioCodecs ?? parameters.audioCodecs),
      subtitles: TrackPlan.subtitles(facts.subtitles, sideCars: options.subtitles ?? [], files: sideCarFiles),
      encryption: parameters.encryption.scheme, colour: facts.colourTags)
    film.comparisonSize = fixed.first.map { PictureSize(width: $0.width, height: $0.height) }
    tasks = []

    let isProgressive =
      parameters.isProgressive && film.durationSeconds >= parameters.progressiveMinimumSeconds
    let segmentSeconds = film.frameRate.seconds(ofFrames: lengths.segment)
    let beginning = lengths.segment * max(1, Int((parameters.beginningSeconds / segmentSeconds).rounded(.up)))
    let ranges = Self.chunks(
      of: film.frameCount, by: lengths.chunk, segment: lengths.segment, first: isProgressive ? beginning : nil)
    // The short chunks of the end are soon followed by the whole film.
    let long = ranges.prefix { $0.count == lengths.chunk || $0.lowerBound == 0 }.count
    let previews = Set(isProgressive ? PreviewSchedule.lengths(chunkCount: min(long + 1, ranges.count)) : [])
    var chunks: [VideoCodec: [Int]] = [:]
    var tracks: [Int] = []
    for (ordinal, chunk) in ranges.enumerated() {
      chunks[.h264, default: []].append(addChunk(chunk, ordinal, .h264, source))
      // Right after the first chunk: nothing plays before its sound is there.
      if ordinal == 0 {
        tracks = film.audio.indices.map { add(.audio, $0, source) }
        tracks += film.subtitles.indices.map { add(.subtitle, $0, source) }
      }
      if previews.contains(ordinal + 1) {
        _ = add(.preview, ordinal, source, needs: (chunks[.h264] ?? []) + tracks) {
          $0.frameCount = chunk.upperBound
          $0.asset = asset
        }
      }
    }
    let survey = add(.survey, 0, source)
    addFurtherChunks(ranges, source, to: &chunks)
    let joins = film.rungs.enumerated().map { index, rung in
      add(.join, index, source, needs: chunks[rung.codec] ?? [])
    }
    let windows = FilmWindows.quality(of: film, wholeSeconds: parameters.qualityWholeSeconds)
    let qualities = joins.enumerated().map { index, join in
      add(.quality, index, source, needs: [join]) { $0.windows = windows }
    }
    let package = add(.package, 0, source, needs: joins + tracks)
    var last = add(.check, 0, source, needs: [package, survey] + tracks)
    if film.encryption != nil {
      // Packaged again from the same tracks, once everything has been checked in the clear.
      last = add(.encrypt, 0, source, needs: joins + tracks + [last]) { $0.asset = asset }
    }
    _ = add(.publish, 0, source, needs: [last] + qualities) { $0.asset = asset }
  }

  /// One task for each chunk of each codec: the slow codecs hold up neither H.264 nor each other, and may be other
  /// encoders' work; decoding again is little beside what they cost.
  private mutating func addFurtherChunks(
    _ ranges: [Range<Int>], _ source: SourceFile, to chunks: inout [VideoCodec: [Int]]
  ) {
    var ordinal = ranges.count
    for codec in VideoCodec.allCases where codec != .h264 && !film.rungs(of: codec).isEmpty {
      for range in ranges {
        chunks[codec, default: []].append(addChunk(range, ordinal, codec, source))
        ordinal += 1
      }
    }
  }

  private mutating func addChunk(
    _ range: Range<Int>, _ ordinal: Int, _ codec: VideoCodec, _ source: SourceFile
  ) -> Int {
    add(.encode, ordinal, source) {
      $0.codec = codec
      $0.firstFrame = range.lowerBound
      $0.frameCount = range.count
    }
  }

  private mutating func add(
    _ kind: TaskKind, _ ordinal: Int, _ source: SourceFile, needs: [Int] = [],
    _ adjust: (inout TaskWork) -> Void = { _ in }
  ) -> Int {
    var work = TaskWork(kind: kind, ordinal: ordinal, source: source, plan: film)
    adjust(&work)
    tasks.append(PlannedTask(work: work, needs: needs))
    return tasks.count - 1
  }

  /// Ranges of pictures, whole segments but for the last. The first has a length of its own where one is given. Towards
  /// the end they get shorter, a third of what is left each: encoders end at about the same time, where with chunks of
  /// one length most of them would wait for the last. A rest of less than half a segment joins the chunk before.
  static func chunks(of frameCount: Int, by length: Int, segment: Int, first: Int? = nil) -> [Range<Int>] {
    let head = min(first ?? 0, frameCount)
    var chunks = head > 0 ? [0..<head] : []
    var start = head
    while start < frameCount {
      let left = frameCount - start
      let count = min(length, max(segment, left / 3 / segment * segment))
      let end = left - count < segment / 2 ? frameCount : min(frameCount, start + count)
      chunks.append(start..<end)
      start = end
    }
    return chunks
  }

  /// `bytes` of each, once known.
  static func renditions(of film: FilmPlan, bytes: [Int]?) -> [Rendition] {
    film.rungs.enumerated().map { index, rung in
      let size = bytes.flatMap { $0.indices.contains(index) && $0[index] > 0 ? $0[index] : nil }
      var rendition = Rendition(
        name: rung.name, codec: rung.codec, width: rung.width, height: rung.height,
        frameRate: film.frameRate.description, maximumBitrateKbps: rung.maximumBitrateKbps,
        averageBitrateKbps: size.map { Int((Double($0) * 8 / film.durationSeconds / 1000).rounded()) })
      rendition.constantRateFactor = rung.constantRateFactor
      rendition.bytes = size
      return rendition
    }
  }
}
