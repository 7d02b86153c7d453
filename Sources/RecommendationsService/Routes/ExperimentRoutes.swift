import Contract
import Foundation
import RecommendationsAPI
import ServerKit
import StorageKit

/// What the studio asks about experiments.
struct ExperimentRoutes: Sendable {
  private static let pageSize = 20
  private static let days = 1...400
  private static let daysByDefault = 30

  let database: ServiceDatabase
  let running: RunningExperiment
  let idempotency: IdempotencyStore
  let settings: RecommendationsSettings
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.answer(ExperimentEndpoints.start) { try await start($0.body, $0.request.context) }
    routes.on(ExperimentEndpoints.list) { try list($0.parameters) }
    routes.on(ExperimentEndpoints.experiment) { try report($0.parameters.experiment) }
    routes.on(ExperimentEndpoints.end) { try await end($0.parameters.experiment) }
    routes.on(ExperimentEndpoints.replay) { try replay($0.parameters) }
  }

  private func start(_ new: NewExperiment, _ context: CallContext) async throws -> Answer {
    let now = clock.now()
    let experiment = try ExperimentRules.experiment(new, id: ExperimentID(at: now), at: now)
    let request = try JSON.encodeCanonically(new)
    let caller = context.principal.account?.description ?? "operator"
    let scope = "\(ExperimentEndpoints.start.name) \(caller)"
    let result = try await database.write { db in
      try idempotency.perform(key: context.idempotencyKey, scope: scope, request: request, in: db) { db in
        if let other = try ExperimentStore.running(in: db) { throw RecommendationsError.experimentRunning(other.id) }
        try ExperimentStore.add(experiment, in: db)
        return .init(status: ExperimentEndpoints.start.status, body: try JSON.encode(experiment))
      }
    }
    try refresh()
    return .json(result.body, status: result.status)
  }

  /// Ending what has ended changes nothing.
  private func end(_ id: ExperimentID) async throws -> Experiment {
    let now = clock.now()
    let ended = try await database.write { db in
      try ExperimentStore.end(id, at: now, in: db)
      return try ExperimentStore.experiment(id, in: db)
    }
    guard let ended else { throw RecommendationsError.experimentUnknown(id) }
    try refresh()
    return ended
  }

  private func refresh() throws { running.set(try database.read(ExperimentStore.running)) }

  private func list(_ query: PageQuery) throws -> Page<Experiment> {
    let limit = query.limit ?? Self.pageSize
    guard (1...settings.experimentsMaximum).contains(limit) else {
      throw RecommendationsError.limitOutOfBounds(1...settings.experimentsMaximum)
    }
    let before = try query.cursor.map { text throws(RecommendationsError) in
      guard let id = ExperimentID(text) else { throw .cursorUnknown }
      return id
    }
    let found = try database.read { db in try ExperimentStore.page(before: before, limit: limit + 1, in: db) }
    let shown = found.prefix(limit)
    return Page(items: Array(shown), next: found.count > limit ? shown.last?.id.description : nil)
  }

  private func report(_ id: ExperimentID) throws -> ExperimentReport {
    try database.read { db in
      guard let experiment = try ExperimentStore.experiment(id, in: db) else {
        throw RecommendationsError.experimentUnknown(id)
      }
      switch experiment.kind {
      case .comparison:
        return ExperimentResults.comparison(experiment, try OutcomeReader.profiles(of: id, in: db))
      case .interleaving:
        return ExperimentResults.interleaving(experiment, try OutcomeReader.drafts(of: id, in: db))
      }
    }
  }

  private func replay(_ query: ReplayQuery) throws -> ReplayReport {
    let days = query.days ?? Self.daysByDefault
    guard Self.days.contains(days) else { throw RecommendationsError.daysOutOfBounds(Self.days) }
    let since = clock.now().adding(seconds: -Double(days) * 86_400)
    return Replay.report(try database.read { db in try OutcomeReader.draws(since: since, in: db) })
  }
}
