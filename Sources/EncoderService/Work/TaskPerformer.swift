import Contract
import EncodingAPI
import Foundation
import Logging
import Synchronization

/// Does one leased task: makes its output in a draft, verifies it, commits it under its key. Work that is found done
/// is not done again.
struct TaskPerformer: Sendable {
  let tools: Toolbox
  let store: any MediaStore
  let limits: SourceLimits
  let sources: SourceCache

  /// - Parameter progress: called with 0 to 1, from any thread.
  /// - Throws: ``EncodingFault``, `CancellationError`, or what the file system says.
  func perform(_ lease: TaskLease, progress: @escaping @Sendable (Double) -> Void) async throws -> TaskOutput {
    switch lease.work.kind {
    case .sweep:
      try store.removeStaging(of: lease.job)
      return TaskOutput()
    case .publish:
      guard let asset = lease.work.asset, let checked = lease.inputs.first(where: { $0.kind == .check }) else {
        throw EncodingFault.wrongResult("A publish task without an asset or a checked folder.")
      }
      try store.publish(output: checked.folder, of: lease.job, as: asset)
      return TaskOutput()
    case .preview:
      throw EncodingFault.wrongResult("This encoder publishes no beginnings of films.")
    case .probe, .conform, .encode, .audio, .survey, .join, .package, .check:
      return try await commit(lease, progress: progress)
    }
  }

  private func commit(_ lease: TaskLease, progress: @escaping @Sendable (Double) -> Void) async throws -> TaskOutput {
    let name = try OutputKey.name(of: lease, toolVersion: tools.version)
    let staging = try store.staging(of: lease.job)
    if store.hasOutput(name, of: lease.job) {
      return try JSON.decode(TaskOutput.self, from: Array(TextFile.read("\(staging)/\(name)/\(Self.outputName)").utf8))
    }
    let draft = try store.makeDraft(for: lease.job)
    do {
      var work = lease.work
      // Held until the task is done: meanwhile no copy is removed.
      let source = try await source(of: lease)
      defer { withExtendedLifetime(source) {} }
      if let source { work.source.path = source.path }
      let meter = UsageMeter()
      let bench = TaskBench(
        work: work, inputs: lease.inputs, staging: staging, draft: draft, tools: tools.metered(by: meter),
        limits: limits, progress: progress)
      var output = try await bench.make()
      output.folder = name
      output.usage = meter.usage
      try TextFile.write(String(decoding: JSON.encode(output), as: UTF8.self), to: "\(draft)/\(Self.outputName)")
      try store.commit(draft: draft, as: name, of: lease.job)
      return output
    } catch {
      store.discard(draft: draft)
      throw error
    }
  }

  static let outputName = "output.json"
}

/// One task's materials.
struct TaskBench: Sendable {
  let work: TaskWork
  let inputs: [TaskInput]
  let staging: String
  let draft: String
  let tools: Toolbox
  let limits: SourceLimits
  let progress: @Sendable (Double) -> Void

  func make() async throws -> TaskOutput {
    switch work.kind {
    case .probe: try await probe()
    case .conform: try await conform()
    case .encode: try await encode()
    case .audio: try await encodeAudio()
    case .survey: try await survey()
    case .join: try await join()
    case .package: try await package()
    case .check: try await check()
    case .preview, .publish, .sweep: TaskOutput()
    }
  }

  // MARK: - What the tasks read

  func plan() throws -> FilmPlan {
    guard let plan = work.plan, !plan.rungs.isEmpty else {
      throw EncodingFault.wrongResult("A \(work.kind.rawValue) task without a plan.")
    }
    return plan
  }

  func folders(_ kind: TaskKind) -> [String] {
    inputs.filter { $0.kind == kind }.sorted { $0.ordinal < $1.ordinal }.map(\.folder)
  }

  func folder(_ kind: TaskKind) throws -> String {
    guard let folder = folders(kind).first else {
      throw EncodingFault.wrongResult("A \(work.kind.rawValue) task without its \(kind.rawValue) input.")
    }
    return folder
  }

  /// The pictures: the film itself, or its conformed copy where there is one.
  var picture: WorkFolders {
    let conformed = folders(.conform).first.map { "\(staging)/\($0)/\(Conforming.fileName)" }
    return WorkFolders(source: conformed ?? work.source.path, output: draft)
  }

  /// Reports how far ffmpeg is among `total` pictures.
  func frameMeter(_ total: Int) -> @Sendable (Substring) -> Void {
    let meter = Mutex(FFmpegProgress())
    return { [progress] line in
      let frames = meter.withLock {
        $0.read(line)
        return $0.frames
      }
      progress(min(1, Double(frames) / Double(max(1, total))))
    }
  }
}
