import Contract
import Logging
import RecommendationsAPI
import RecommenderKit
import StorageKit

/// Makes of a trained model what ``Admission`` says, and of the versions before it what that means for them.
struct ModelPublication: Sendable {
  let database: ServiceDatabase
  let keeper: ModelKeeper
  let settings: LearningSettings
  let logger: Logger

  /// Of models that are not ahead the newest alone can be pinned.
  private static let notAheadKept = 1

  /// Writes the model to the disk, then to the list, then has it serve if it may; or lists it as refused. It is
  /// numbered here.
  func publish(
    _ row: ModelStore.Row, _ model: TrainedModel, _ titles: [String]
  ) async throws -> ModelVersion.State {
    let (number, rows) = try database.read { (try ModelStore.nextNumber(in: $0), try ModelStore.all(in: $0)) }
    var version = row.version
    version.version = number
    let serving = rows.map(\.version).first { $0.state == .published }
    let admission = settings.training.admission(of: version, insteadOf: serving, at: version.trainedAt)
    apply(admission, to: &version, insteadOf: serving)
    if version.state != .refused { try ModelFile.write(model, titles: titles, to: keeper.folder.file(of: number)) }
    let listed = ModelStore.Row(version: version, progress: row.progress)
    try await database.write { db in
      if admission == .withdrawsServing { try ModelStore.withdrawPublished(in: db) }
      try ModelStore.add(listed, in: db)
    }
    keeper.noteTrained(number)
    try await removeForgotten(before: row.progress.erasures)
    if admission == .withdrawsServing { try await keeper.load() }
    guard version.state != .refused else { return .refused }
    if version.state == .published, try database.read({ try ModelStore.pinned(in: $0) }) == nil {
      keeper.serve(number, model, titles)
    }
    try await removeOld()
    return version.state
  }

  private func apply(_ admission: Admission, to version: inout ModelVersion, insteadOf serving: ModelVersion?) {
    switch admission {
    case .serves(let aheadAt):
      version.state = .published
      version.aheadAt = aheadAt
    case .refused:
      version.state = .refused
      version.aheadAt = version.trainedAt
      logger.warning(
        "a trained model is worse and does not serve",
        metadata: ["ndcg": "\(version.ndcgAt100)", "serving": "\(serving?.ndcgAt100 ?? 0)"])
    case .notAhead, .withdrawsServing:
      version.state = .notAhead
      logger.notice(
        admission == .notAhead
          ? "a trained model is not shown to be ahead and does not serve"
          : "no model is shown to be ahead any more: rows come without one",
        metadata: [
          "ndcg": "\(version.ndcgAt100)", "heldOut": "\(version.heldOutProfiles)",
          "rival": "\(version.rival?.ranker.rawValue ?? "none")", "rivalNdcg": "\(version.rival?.ndcgAt100 ?? 0)",
        ])
    }
  }

  /// Models that learnt from a profile which is erased by now serve no more and cannot be gone back to.
  func removeForgotten(before erasures: Int) async throws {
    let rows = try database.read { try ModelStore.all(in: $0) }
    let forgotten = rows.filter { $0.version.state.hasFile && $0.progress.erasures < erasures }
    guard !forgotten.isEmpty else { return }
    try await remove(forgotten.map(\.version.version))
    try await keeper.load()
  }

  /// Beside what serves and what is pinned, the newest few are kept.
  private func removeOld() async throws {
    let (rows, pinned) = try database.read { (try ModelStore.all(in: $0), try ModelStore.pinned(in: $0)) }
    func numbers(_ state: ModelVersion.State) -> [Int] {
      rows.map(\.version).filter { $0.state == state }.map(\.version)
    }
    let old = (numbers(.published).dropFirst(settings.modelsKept) + numbers(.notAhead).dropFirst(Self.notAheadKept))
      .filter { $0 != pinned && $0 != keeper.serving?.version }
    if !old.isEmpty { try await remove(old) }
    let listed = Set(
      try database.read { try ModelStore.all(in: $0) }.filter(\.version.state.hasFile).map(\.version.version))
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

extension ModelVersion.State {
  /// Whether it can serve, if only where it is pinned.
  var hasFile: Bool { self == .published || self == .notAhead }
}
