import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  /// Assembles the asset's folder of links, and holds it against the source.
  func check() async throws -> TaskOutput {
    let survey = "\(staging)/\(try folder(.survey))"
    try FolderMediaStore.link(from: "\(staging)/\(try folder(.package))", into: draft)
    try FolderMediaStore.link(from: survey, into: draft, except: [Surveying.scoresName])
    let scratch = "\(draft)/.scratch"
    try FolderMediaStore.makeFolders(scratch)
    let checks = try await Checking(plan: try plan(), tools: tools, folder: draft).results(
      sourceScores: SceneScores(try TextFile.read("\(survey)/\(Surveying.scoresName)")), scratch: scratch)
    try FileManager.default.removeItem(atPath: scratch)
    return TaskOutput { $0.checks = checks }
  }
}
