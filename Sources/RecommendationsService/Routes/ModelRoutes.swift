import Contract
import RecommendationsAPI
import ServerKit
import StorageKit

/// Models for operators: which there are, which one serves, going back to one, training another.
struct ModelRoutes: Sendable {
  let database: ServiceDatabase
  let keeper: ModelKeeper
  let trainer: ModelTrainer
  let settings: LearningSettings

  func add(to routes: inout Routes) {
    routes.on(ModelEndpoints.models) { _ in try list() }
    routes.on(ModelEndpoints.pin) { call in
      try await pin(call.body.version)
      return try list()
    }
    routes.on(ModelEndpoints.release) { _ in
      try await database.write { db in try ModelStore.pin(nil, in: db) }
      try await keeper.load()
      return try list()
    }
    routes.on(ModelEndpoints.train) { _ in
      guard settings.isLearning else { throw RecommendationsError.notLearning }
      trainer.ask()
      return Empty()
    }
  }

  private func list() throws -> ModelList {
    let (rows, pinned) = try database.read { (try ModelStore.all(in: $0), try ModelStore.pinned(in: $0)) }
    return ModelList(serving: keeper.serving?.version, pinned: pinned, items: rows.map(\.version))
  }

  private func pin(_ version: Int) async throws {
    try await database.write { db in
      let rows = try ModelStore.all(in: db)
      let erasures = try LearningStore.progress(in: db).erasures
      // One that is not ahead may serve all the same: operators know what they do. One that knows of an erased profile
      // is about to be removed.
      guard let row = rows.first(where: { $0.version.version == version }), row.version.state.hasFile,
        row.progress.erasures == erasures
      else { throw RecommendationsError.modelUnknown(version) }
      try ModelStore.pin(version, in: db)
    }
    try await keeper.load()
    guard keeper.serving?.version == version else { throw RecommendationsError.modelUnknown(version) }
  }
}
