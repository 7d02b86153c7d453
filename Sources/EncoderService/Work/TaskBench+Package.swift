import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func package() async throws -> TaskOutput {
    let plan = try plan()
    let seen = tools.seen(WorkFolders(staging: staging)).staging ?? ""
    let joined = zip(folders(.join), plan.rungs).map { "\($0)/\(ChunkEncoding.fileName($1))" }
    let audio = folders(.audio).map { "\($0)/\(AudioEncoding.fileName)" }
    try await tools.mustRun(
      .packager, on: WorkFolders(staging: staging, output: draft), timeLimit: .seconds(3600), doing: "packaging"
    ) { _ in
      Packaging(plan: plan).arguments(files: joined.map { "\(seen)/\($0)" }, audioFiles: audio.map { "\(seen)/\($0)" })
    }
    let rates = joined.map { file in
      let bytes = TextFile.size("\(staging)/\(file)") ?? 0
      return Int((Double(bytes) * 8 / plan.durationSeconds / 1000).rounded())
    }
    return TaskOutput { $0.averageBitratesKbps = rates }
  }
}
