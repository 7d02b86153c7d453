import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  static let extractedName = "extracted.vtt"

  func makeSubtitles() async throws -> TaskOutput {
    let plan = try plan()
    guard plan.subtitles.indices.contains(work.ordinal) else {
      throw EncodingFault.wrongResult("A subtitle task without subtitles.")
    }
    let track = plan.subtitles[work.ordinal]
    let found = try await cues(of: track, in: plan)
    let list = found.placed(
      by: track.file == nil ? -Int((plan.firstPictureSeconds * 1000).rounded()) : 0,
      until: Int((plan.durationSeconds * 1000).rounded(.down)))
    // A stream of the film may well be empty; a file that somebody sent is there for its words.
    guard track.file == nil || !list.cues.isEmpty else {
      throw EncodingFault.refused(
        "The subtitles “\(track.name)” hold nothing to show: "
          + (list.notes.isEmpty ? "no cue was found in the file." : list.notes.prefix(3).joined(separator: "; ") + "."))
    }
    try FolderMediaStore.makeFolders("\(draft)/\(track.folder)")
    for file in SubtitleFiles(plan: plan, cues: list.cues).all {
      try TextFile.write(file.text, to: "\(draft)/\(track.folder)/\(file.name)")
    }
    return TaskOutput { $0.subtitles = SubtitleReport(cueCount: list.cues.count, notes: list.notes) }
  }

  /// A file is read by our own parser. What is inside of a film is taken out by ffmpeg, in the sandbox; what it writes
  /// is believed as little as a stranger's file.
  private func cues(of track: SubtitleTrackPlan, in plan: FilmPlan) async throws -> CueList {
    if track.file != nil { return try SubtitleParser.parse(subtitleText(work.source.path, named: track.name)) }
    let folders = WorkFolders(source: work.source.path, output: draft)
    let end = try await tools.run(.ffmpeg, on: folders, reportsProgress: true) { seen in
      FFmpegArguments.quiet + ["-y"] + FFmpegArguments.input(seen.source ?? "", limits: limits)
        + ["-map", "0:s:\(track.streamIndex ?? 0)", "-c:s", "webvtt", "-map_metadata", "-1", "-f", "webvtt"]
        + [Self.extractedName]
    }
    try judgeDecoding(end, doing: "the subtitles “\(track.name)” were read")
    let path = "\(draft)/\(Self.extractedName)"
    let text = try subtitleText(path, named: track.name)
    try FileManager.default.removeItem(atPath: path)
    return SubtitleParser.parse(text)
  }

  private func subtitleText(_ path: String, named name: String) throws -> String {
    guard let size = TextFile.size(path) else {
      throw EncodingFault.refused("The file of the subtitles “\(name)” is no longer there.")
    }
    guard size <= SubtitleText.limitBytes, let data = FileManager.default.contents(atPath: path) else {
      throw EncodingFault.refused(
        "The subtitles “\(name)” have \(size) bytes; up to \(SubtitleText.limitBytes) are accepted.")
    }
    return SubtitleText.decode(Array(data))
  }
}
