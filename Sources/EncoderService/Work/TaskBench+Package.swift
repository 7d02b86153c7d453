import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func package() async throws -> TaskOutput {
    let joined = try await pack(with: nil)
    return TaskOutput { $0.renditionBytes = joined.map { TextFile.size("\(staging)/\($0)") ?? 0 } }
  }

  /// Segments and manifests of the joined tracks into the draft; answers the files of the rungs.
  func pack(with encryption: SampleEncryption?) async throws -> [String] {
    let seen = tools.seen(WorkFolders(staging: staging)).staging ?? ""
    let joined = zip(folders(.join), try plan().rungs).map { "\($0)/\(ChunkEncoding.fileName($1))" }
    let audio = folders(.audio).map { "\($0)/\(AudioEncoding.fileName)" }
    try await package(
      try plan(), files: joined.map { "\(seen)/\($0)" }, audioFiles: audio.map { "\(seen)/\($0)" },
      encryption: encryption)
    return joined
  }

  /// Fills the draft. The files are named as the packager sees them, each in the plan's order.
  func package(
    _ plan: FilmPlan, files: [String], audioFiles: [String], encryption: SampleEncryption? = nil
  ) async throws {
    try await tools.mustRun(
      .packager, on: WorkFolders(staging: staging, output: draft), timeLimit: .seconds(3600), doing: "packaging",
      secret: encryption?.secret
    ) { _ in
      Packaging(plan: plan).arguments(files: files, audioFiles: audioFiles)
        + (encryption?.arguments(secretPath: tools.secretPath) ?? [])
    }
    let rates = try AnnouncedRates(
      playlists: plan.rungs.map(MediaNames.playlist) + plan.audio.map(\.playlist),
      read: { try TextFile.read("\(draft)/\($0)") }, size: { TextFile.size("\(draft)/\($0)") })
    let text = TextManifests(plan: plan)
    let manifests = [(MediaLayout.hlsManifest, rates.hls, text.hls), (MediaLayout.dashManifest, rates.dash, text.dash)]
    for (name, correct, enter) in manifests {
      try TextFile.write(enter(correct(try TextFile.read("\(draft)/\(name)"))), to: "\(draft)/\(name)")
    }
    for name in try FileManager.default.subpathsOfDirectory(atPath: draft)
    where name.hasSuffix("/\(MediaNames.initSegment)") {
      let bytes = FileManager.default.contents(atPath: "\(draft)/\(name)").map(Array.init) ?? []
      guard let segment = InitSegment(bytes, durationSeconds: plan.durationSeconds) else {
        throw EncodingFault.transient("The packager left no movie in \(name).")
      }
      try Data(segment.bytes).write(to: URL(filePath: "\(draft)/\(name)"))
    }
  }
}
