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
    let outputs = JobOutputs(store: store, job: lease.job)
    if Self.readsOutputs(lease.work.kind) { try await Blocking.run { try refuseDamaged(lease.inputs, outputs) } }
    switch lease.work.kind {
    case .sweep:
      try await Blocking.run { try sweep(lease) }
      return TaskOutput()
    case .publish:
      try await Blocking.run { try publish(lease, outputs) }
      return TaskOutput()
    case .preview:
      return try await publishBeginning(lease, outputs, progress: progress)
    case .probe, .conform, .sample, .encode, .audio, .subtitle, .survey, .join, .quality, .package, .check,
      .encrypt:
      return try await commit(lease, outputs, progress: progress)
    }
  }

  // MARK: - Outputs

  private func commit(
    _ lease: TaskLease, _ outputs: JobOutputs, progress: @escaping @Sendable (Double) -> Void
  ) async throws -> TaskOutput {
    let name = try OutputKey.name(of: lease, toolVersion: tools.version)
    if let found = try await Blocking.run({ try known(name, outputs) }) { return found }
    // Held until the task is done: meanwhile no copy is removed.
    let source = try await source(of: lease)
    defer { withExtendedLifetime(source) {} }
    var lease = lease
    if let source { lease.work.source.path = source.path }
    return try await withDraft(lease, outputs, progress: progress) { bench, meter in
      var output = try await bench.make()
      output.folder = name
      output.usage = meter.usage
      let made = output
      try await Blocking.run {
        let note = "\(bench.draft)/\(Self.outputName)"
        try TextFile.write(String(decoding: JSON.encode(made), as: UTF8.self), to: note)
        try outputs.commit(bench.draft, as: name)
      }
      return made
    }
  }

  /// What an earlier attempt made, if it is still what it was.
  private func known(_ name: String, _ outputs: JobOutputs) throws -> TaskOutput? {
    guard try outputs.list(of: name) != nil else { return nil }
    guard try outputs.damage(of: name) == nil,
      let note = try store.get("\(MediaPrefix.output(name, of: outputs.job))/\(Self.outputName)")
    else {
      try outputs.forget(name)
      return nil
    }
    return try JSON.decode(TaskOutput.self, from: note)
  }

  private func withDraft(
    _ lease: TaskLease, _ outputs: JobOutputs, progress: @escaping @Sendable (Double) -> Void,
    _ body: (TaskBench, UsageMeter) async throws -> TaskOutput
  ) async throws -> TaskOutput {
    let draft = try store.makeDraft(for: lease.job, token: lease.token)
    defer { store.discard(draft: draft) }
    let meter = UsageMeter()
    let bench = TaskBench(
      work: lease.work, inputs: lease.inputs, contentKey: lease.contentKey, staging: try outputs.folder(), draft: draft,
      tools: tools.metered(by: meter), limits: limits, progress: progress)
    do {
      return try await body(bench, meter)
    } catch let fault as EncodingFault where store.freeBytes < Self.fullDiskBytes {
      throw EncodingFault.noSpace("No space is left in the media store: \(fault.reason)")
    } catch let error where !(error is CancellationError) && store.freeBytes < Self.fullDiskBytes {
      // Whatever a program or a system call says of it: a full disk has many faces, a film that seems cut short among
      // them. Looked at before the draft makes room.
      throw EncodingFault.noSpace("No space is left in the media store: \(error)")
    }
  }

  private static let fullDiskBytes = 1 << 20

  /// These are made of outputs of other tasks alone, and would pass on whatever happened to those.
  private static func readsOutputs(_ kind: TaskKind) -> Bool {
    switch kind {
    case .probe, .conform, .sample, .encode, .audio, .subtitle, .survey, .sweep: false
    default: true
    }
  }

  private func refuseDamaged(_ inputs: [TaskInput], _ outputs: JobOutputs) throws {
    let damaged = try inputs.compactMap { input in
      try input.folder.isEmpty ? nil : outputs.damage(of: input.folder).map { (input, $0) }
    }
    guard !damaged.isEmpty else { return }
    for (input, _) in damaged { try outputs.forget(input.folder) }
    throw EncodingFault.damaged(damaged.map(\.0), damaged.map(\.1).joined(separator: ", "))
  }

  /// All of the job's outputs go, but for those that are kept to be looked at.
  private func sweep(_ lease: TaskLease) throws {
    let folder = MediaPrefix.staging(lease.job)
    guard let kept = lease.work.keeps, !kept.isEmpty else { return try store.delete(folder) }
    for name in try store.names(under: folder, atMost: Self.mostOutputs) where !kept.contains(name) {
      try store.delete("\(folder)/\(name)")
    }
  }

  /// More than a job has tasks.
  private static let mostOutputs = 100_000

  // MARK: - Publishing

  private func publish(_ lease: TaskLease, _ outputs: JobOutputs) throws {
    // The last step before it: encryption where there is one.
    guard let asset = lease.work.asset,
      let checked = lease.inputs.last(where: { $0.kind == .check || $0.kind == .encrypt }),
      var list = try outputs.list(of: checked.folder)
    else { throw EncodingFault.wrongResult("A publish task without an asset or a checked folder.") }
    list.files.removeAll { $0.name == Self.outputName }
    try AssetPublication(store: store, asset: asset, job: lease.job, token: lease.token)
      .publish(list, from: "\(try outputs.folder())/\(checked.folder)", frameCount: nil)
  }

  /// Its output is what it publishes; nothing of it is kept beside.
  private func publishBeginning(
    _ lease: TaskLease, _ outputs: JobOutputs, progress: @escaping @Sendable (Double) -> Void
  ) async throws -> TaskOutput {
    guard let asset = lease.work.asset else { throw EncodingFault.wrongResult("A preview task without an asset.") }
    let publication = AssetPublication(store: store, asset: asset, job: lease.job, token: lease.token)
    return try await withDraft(lease, outputs, progress: progress) { bench, meter in
      try await bench.preview()
      // The lease may have been lost while the tools ran.
      try Task.checkCancellation()
      try await Blocking.run {
        try publication.publish(
          FileList(of: bench.draft), from: bench.draft, frameCount: lease.work.frameCount)
      }
      return TaskOutput { $0.usage = meter.usage }
    }
  }

  static let outputName = "output.json"
}

/// One task's materials.
struct TaskBench: Sendable {
  let work: TaskWork
  let inputs: [TaskInput]
  let contentKey: ContentKey?
  let staging: String
  let draft: String
  let tools: Toolbox
  let limits: SourceLimits
  let progress: @Sendable (Double) -> Void

  func make() async throws -> TaskOutput {
    switch work.kind {
    case .probe: try await probe()
    case .conform: try await conform()
    case .sample: try await sample()
    case .encode: try await encode()
    case .audio: try await encodeAudio()
    case .subtitle: try await makeSubtitles()
    case .survey: try await survey()
    case .join: try await join()
    case .quality: try await measureQuality()
    case .package: try await package()
    case .check: try await check()
    case .encrypt: try await encrypt()
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
