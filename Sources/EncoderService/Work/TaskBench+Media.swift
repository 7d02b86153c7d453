import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func conform() async throws -> TaskOutput {
    guard let rate = work.conformTo else { throw EncodingFault.wrongResult("A conform task without a rate.") }
    let conforming = Conforming(frameRate: rate, isInterlaced: work.deinterlaces ?? false, limits: limits)
    let end = try await tools.run(
      .ffmpeg, on: WorkFolders(source: work.source.path, output: draft), reportsProgress: true,
      onLine: frameMeter(work.frameCount ?? 1)
    ) { conforming.arguments(input: $0.source ?? "") }
    try judgeDecoding(end, doing: "the film was made constant in rate")
    guard let index = MP4Index(path: "\(draft)/\(Conforming.fileName)"), index.sampleCount > 0 else {
      throw EncodingFault.refused("No picture of the film can be decoded; the file is damaged.")
    }
    return TaskOutput(frameCount: index.sampleCount)
  }

  func encode() async throws -> TaskOutput {
    let plan = try plan()
    guard let first = work.firstFrame, let count = work.frameCount else {
      throw EncodingFault.wrongResult("An encode task without a chunk.")
    }
    let chunk = ChunkEncoding(
      plan: plan, firstFrame: first, frameCount: count,
      firstPictureSeconds: folders(.conform).isEmpty ? plan.firstPictureSeconds : 0, limits: limits)
    let end = try await tools.run(
      .ffmpeg, on: picture, reportsProgress: true, onLine: frameMeter(count)
    ) { chunk.arguments(input: $0.source ?? "") }
    try judgeDecoding(end, doing: "pictures \(first) to \(first + count) were encoded")
    for rung in plan.rungs {
      let index = MP4Index(path: "\(draft)/\(ChunkEncoding.fileName(rung))")
      guard index?.sampleCount == count else {
        throw EncodingFault.wrongResult(
          "The film has only \(index?.sampleCount ?? 0) of \(count) pictures from number \(first) on that can be "
            + "decoded: the file is damaged there or was cut short. Export it again.")
      }
    }
    return TaskOutput()
  }

  func encodeAudio() async throws -> TaskOutput {
    let plan = try plan()
    guard let audio = plan.audio else { throw EncodingFault.wrongResult("An audio task without sound.") }
    let encoding = AudioEncoding(plan: plan, audio: audio, limits: limits)
    let folders = WorkFolders(source: work.source.path, output: draft)
    let duration = max(0.001, plan.durationSeconds)
    let meter: @Sendable (Double, Substring) -> Void = { [progress] base, line in
      var read = FFmpegProgress()
      read.read(line)
      if read.seconds > 0 { progress(min(1, base + read.seconds / duration / 2)) }
    }
    let measuring = try await tools.run(.ffmpeg, on: folders, reportsProgress: true, onLine: { meter(0, $0) }) {
      encoding.measuringArguments(input: $0.source ?? "")
    }
    try judgeDecoding(measuring, doing: "loudness was measured")
    let loudness = AudioEncoding.loudness(from: measuring.standardError)
    let end = try await tools.run(.ffmpeg, on: folders, reportsProgress: true, onLine: { meter(0.5, $0) }) {
      encoding.arguments(input: $0.source ?? "", measured: loudness)
    }
    try judgeDecoding(end, doing: "sound was encoded")
    guard let index = MP4Index(path: "\(draft)/\(AudioEncoding.fileName)"),
      abs(index.durationSeconds - plan.durationSeconds) < Checking.audioToleranceSeconds
    else { throw EncodingFault.wrongResult("The sound does not come out as long as the pictures.") }
    return TaskOutput()
  }

  func survey() async throws -> TaskOutput {
    let plan = try plan()
    let surveying = Surveying(plan: plan, limits: limits)
    let end = try await tools.run(
      .ffmpeg, on: picture, reportsProgress: true, onLine: frameMeter(plan.frameCount)
    ) { surveying.arguments(input: $0.source ?? "") }
    try judgeDecoding(end, doing: "the film was surveyed")
    for sheet in 0..<surveying.sheetCount where TextFile.size("\(draft)/\(Surveying.sheetName(sheet))") ?? 0 == 0 {
      throw EncodingFault.wrongResult("The storyboard came out without sheet \(sheet + 1) of \(surveying.sheetCount).")
    }
    try TextFile.write(surveying.storyboard, to: "\(draft)/\(MediaLayout.storyboard)")
    return TaskOutput()
  }

  func join() async throws -> TaskOutput {
    let plan = try plan()
    let rung = plan.rungs[min(work.ordinal, plan.rungs.count - 1)]
    let joining = ChunkJoining(rung: rung, frameRate: plan.frameRate)
    let chunks = folders(.encode)
    let folders = WorkFolders(staging: staging, output: draft)
    let seen = tools.seen(folders)
    try TextFile.write(
      joining.list(staging: seen.staging ?? "", folders: chunks), to: "\(draft)/\(ChunkJoining.listName)")
    try await tools.mustRun(
      .ffmpeg, on: folders, reportsProgress: true, doing: "joining chunks", onLine: frameMeter(plan.frameCount)
    ) { _ in joining.arguments(list: ChunkJoining.listName) }
    let found = MP4Index(path: "\(draft)/\(ChunkEncoding.fileName(rung))")
    guard let joined = found, joined.sampleCount == plan.frameCount else {
      throw EncodingFault.wrongResult(
        "Joined, \(rung.name) has \(found?.sampleCount ?? 0) pictures of \(plan.frameCount).")
    }
    guard abs(joined.durationSeconds - plan.durationSeconds) < 0.0005 else {
      throw EncodingFault.wrongResult(
        "Joined, \(rung.name) lasts \(joined.durationSeconds) s where \(plan.durationSeconds) s were expected.")
    }
    return TaskOutput()
  }

  func package() async throws -> TaskOutput {
    let plan = try plan()
    let seen = tools.seen(WorkFolders(staging: staging)).staging ?? ""
    let joined = zip(folders(.join), plan.rungs).map { "\($0)/\(ChunkEncoding.fileName($1))" }
    let audio = folders(.audio).first.map { "\($0)/\(AudioEncoding.fileName)" }
    try await tools.mustRun(
      .packager, on: WorkFolders(staging: staging, output: draft), timeLimit: .seconds(3600), doing: "packaging"
    ) { _ in
      Packaging(plan: plan).arguments(files: joined.map { "\(seen)/\($0)" }, audioFile: audio.map { "\(seen)/\($0)" })
    }
    let rates = joined.map { file in
      let bytes = TextFile.size("\(staging)/\(file)") ?? 0
      return Int((Double(bytes) * 8 / plan.durationSeconds / 1000).rounded())
    }
    return TaskOutput(averageBitratesKbps: rates)
  }

  /// Assembles the asset's folder of links, and holds it against the source.
  func check() async throws -> TaskOutput {
    let survey = "\(staging)/\(try folder(.survey))"
    let notes: Set = [TaskPerformer.outputName, Surveying.scoresName]
    try FolderMediaStore.link(from: "\(staging)/\(try folder(.package))", into: draft, except: notes)
    try FolderMediaStore.link(from: survey, into: draft, except: notes)
    let scratch = "\(draft)/.scratch"
    try FolderMediaStore.makeFolders(scratch)
    let evidence = try await Checking(plan: try plan(), tools: tools, folder: draft).evidence(
      sourceScores: SceneScores(try TextFile.read("\(survey)/\(Surveying.scoresName)")), scratch: scratch)
    try FileManager.default.removeItem(atPath: scratch)
    return TaskOutput(evidence: evidence)
  }

  /// A decoder that exits with an error found the film at fault; one that was ended did not.
  private func judgeDecoding(_ end: ProgramEnd, doing: String) throws {
    guard !end.isSuccess else { return }
    let words = end.standardError.split(separator: "\n").suffix(2).joined(separator: " ")
    switch end.cause {
    case .exited where words.contains("No space left"):
      throw EncodingFault.transient("No space was left while \(doing).")
    case .exited where words.contains("Cannot allocate memory"):
      throw EncodingFault.transient("No memory was left while \(doing).")
    case .exited:
      throw EncodingFault.refused("The film could not be decoded while \(doing): \(words)")
    case .killed, .timedOut, .stopped:
      throw EncodingFault.transient("ffmpeg ended (\(end.cause)) while \(doing).")
    }
  }
}
