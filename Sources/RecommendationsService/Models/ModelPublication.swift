import Contract
import Logging
import RecommendationsAPI
import RecommenderKit
import StorageKit

/// Decides what becomes of a trained model, and of the versions before it.
struct ModelPublication: Sendable {
  let database: ServiceDatabase
  let keeper: ModelKeeper
  let settings: LearningSettings
  let logger: Logger

  /// Writes the model to the disk, then to the list, then has it serve; or lists it as refused. It is numbered here.
  func publish(
    _ row: ModelStore.Row, _ model: TrainedModel, _ titles: [String]
  ) async throws -> ModelVersion.State {
    let (number, rows) = try database.read { (try ModelStore.nextNumber(in: $0), try ModelStore.all(in: $0)) }
    var version = row.version
    version.version = number
    let serving = rows.first { $0.version.version == keeper.serving?.version }?.version
    if settings.training.refuses(version, insteadOf: serving, at: version.trainedAt) {
      version.state = .refused
      logger.warning(
        "a trained model is worse and does not serve",
        metadata: ["ndcg": "\(version.ndcgAt100)", "serving": "\(serving?.ndcgAt100 ?? 0)"])
    } else {
      try ModelFile.write(model, titles: titles, to: keeper.folder.file(of: number))
    }
    let listed = ModelStore.Row(version: version, progress: row.progress)
    try await database.write { db in try ModelStore.add(listed, in: db) }
    try await removeForgotten(before: row.progress.erasures)
    guard version.state == .published else { return .refused }
    if try database.read({ try ModelStore.pinned(in: $0) }) == nil { keeper.serve(number, model, titles) }
    try await removeOld()
    return .published
  }

  /// Models that learnt from a profile which is erased by now serve no more and cannot be gone back to.
  func removeForgotten(before erasures: Int) async throws {
    let rows = try database.read { try ModelStore.all(in: $0) }
    let forgotten = rows.filter { $0.version.state == .published && $0.progress.erasures < erasures }
    guard !forgotten.isEmpty else { return }
    try await remove(forgotten.map(\.version.version))
    try await keeper.load()
  }

  /// Beside what serves and what is pinned, the newest few are kept.
  private func removeOld() async throws {
    let (rows, pinned) = try database.read { (try ModelStore.all(in: $0), try ModelStore.pinned(in: $0)) }
    let published = rows.filter { $0.version.state == .published }.map(\.version.version)
    let old = published.dropFirst(settings.modelsKept).filter { $0 != pinned && $0 != keeper.serving?.version }
    if !old.isEmpty { try await remove(Array(old)) }
    let listed = Set(
      try database.read { try ModelStore.all(in: $0) }.filter { $0.version.state == .published }.map(\.version.version))
    for orphan in try keeper.folder.versions().subtracting(listed) { try keeper.folder.remove(orphan) }
  }

  private func remove(_ versions: [Int]) async throws {
    try await database.write { db in
      for version in versions { try ModelStore.set(.removed, of: version, in: db) }
      if let pinned = try ModelStore.pinned(in: db), versions.contains(pinned) { try ModelStore.pin(nil, in: db) }
    }
    for version in versions { try keeper.folder.remove(version) }
  }
}
