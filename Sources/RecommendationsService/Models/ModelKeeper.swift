import Contract
import Logging
import RecommendationsAPI
import RecommenderKit
import StorageKit
import Synchronization
import TelemetryKit

/// Holds the model that serves: the newest good one, or the one operators hold on to. A file that cannot be read never
/// takes the service along: the version before it serves, and it is said so.
final class ModelKeeper: Sendable {
  private struct State {
    var serving: ServingModel?
    /// The newest whose file could not be read.
    var damaged: Int?
  }

  let folder: ModelFolder
  private let database: ServiceDatabase
  private let shelf: @Sendable () -> Shelf
  private let settings: LearningSettings
  private let logger: Logger
  private let damaged: Counter
  private let state = Mutex(State())

  init(
    database: ServiceDatabase, folder: ModelFolder, settings: LearningSettings, logger: Logger, metrics: Metrics,
    shelf: @escaping @Sendable () -> Shelf
  ) {
    self.database = database
    self.folder = folder
    self.settings = settings
    self.logger = logger
    self.shelf = shelf
    damaged = metrics.counter(
      "recommendations_models_damaged_total", help: "Files of models that could not be read.")
    metrics.observe("recommendations_model_version", help: "The model that serves; 0 where none does.") { [weak self] in
      Double(self?.serving?.version ?? 0)
    }
    metrics.observe("recommendations_vectors", help: "Profiles whose score vectors are at hand.") { [weak self] in
      Double(self?.serving?.vectorCount ?? 0)
    }
  }

  var serving: ServingModel? { state.withLock { $0.serving } }

  /// What is not as it should be; nil where all is.
  var remark: String? {
    state.withLock { state in
      guard let damaged = state.damaged else { return nil }
      let instead = state.serving.map { "model \($0.version) serves" } ?? "rows come without a model"
      return "model \(damaged) cannot be read: \(instead)"
    }
  }

  /// Reads the model that has to serve now: the pinned one, else the newest. What cannot be read is marked, and the one
  /// before it is read.
  func load() async throws {
    let (rows, pinned) = try database.read { (try ModelStore.all(in: $0), try ModelStore.pinned(in: $0)) }
    let published = rows.map(\.version).filter { $0.state == .published }.map(\.version)
    // Also after another start it is said that the newest cannot be read.
    if let newest = rows.first(where: { [.published, .damaged].contains($0.version.state) })?.version,
      newest.state == .damaged
    {
      state.withLock { $0.damaged = max($0.damaged ?? 0, newest.version) }
    }
    let order = published.filter { $0 == pinned } + published.filter { $0 != pinned }
    for version in order {
      if serving?.version == version { return }
      do {
        let file = try ModelFile.read(from: folder.file(of: version))
        serve(version, file.model, file.titles)
        return
      } catch {
        try await mark(damaged: version, error)
      }
    }
    state.withLock { $0.serving = nil }
  }

  /// Has the model serve, already read or just trained.
  func serve(_ version: Int, _ model: TrainedModel, _ titles: [String]) {
    let made = ServingModel(
      version: version, model: model, titles: titles, on: shelf(), vectorBytes: settings.vectorBytes)
    state.withLock { state in
      state.serving = made
      if let damaged = state.damaged, damaged < version { state.damaged = nil }
    }
    logger.notice("a model serves", metadata: ["version": "\(version)", "titles": "\(model.titleCount)"])
  }

  /// Makes the serving model follow the catalogue where it has changed: seconds of work for tens of thousands of new
  /// titles, on the caller's thread.
  func followShelf() {
    let shelf = shelf()
    guard let serving, serving.similarity !== shelf.similarity else { return }
    let made = serving.following(shelf)
    state.withLock { state in
      // Another may have been published meanwhile, made for this shelf or a later one.
      if state.serving === serving { state.serving = made }
    }
  }

  var isBehindShelf: Bool { serving.map { $0.similarity !== shelf().similarity } ?? false }

  private func mark(damaged version: Int, _ error: any Error) async throws {
    damaged.increment()
    state.withLock { $0.damaged = max($0.damaged ?? 0, version) }
    logger.error(
      "a model cannot be read: the version before it serves", metadata: ["version": "\(version)", "error": "\(error)"])
    try await database.write { db in
      try ModelStore.set(.damaged, of: version, in: db)
      if try ModelStore.pinned(in: db) == version { try ModelStore.pin(nil, in: db) }
    }
  }
}
