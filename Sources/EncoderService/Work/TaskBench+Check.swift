import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  /// Assembles the asset's folder of links, and holds it against the source.
  func check() async throws -> TaskOutput {
    let survey = "\(staging)/\(try folder(.survey))"
    try FolderMediaStore.link(from: "\(staging)/\(try folder(.package))", into: draft)
    try FolderMediaStore.link(from: survey, into: draft, except: [Surveying.scoresName])
    for text in folders(.subtitle) { try FolderMediaStore.link(from: "\(staging)/\(text)", into: draft) }
    let scratch = "\(draft)/.scratch"
    try FolderMediaStore.makeFolders(scratch)
    let plan = try plan()
    let tracks = TrackCheck(
      plan: plan, loudness: try folders(.audio).map { try output(in: $0).loudness },
      subtitles: try folders(.subtitle).map { try output(in: $0).subtitles })
    let checks = try await Checking(plan: plan, tools: tools, folder: draft, tracks: tracks).results(
      sourceScores: SceneScores(try TextFile.read("\(survey)/\(Surveying.scoresName)")), scratch: scratch)
    try FileManager.default.removeItem(atPath: scratch)
    return TaskOutput {
      $0.checks = checks
      $0.tracks = tracks.tracks
    }
  }

  private func output(in folder: String) throws -> TaskOutput {
    let text = try TextFile.read("\(staging)/\(folder)/\(TaskPerformer.outputName)")
    return try JSON.decode(TaskOutput.self, from: Array(text.utf8))
  }
}
