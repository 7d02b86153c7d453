import Contract
import Logging
import RecommendationsAPI
import RecommenderKit
import StorageKit
import Synchronization
import TelemetryKit

/// Holds the model that serves: the newest good one, or the one operators hold on to. A file that cannot be read never
/// takes the service along: the version before it serves, and it is said so. One of another format is no fault: the
/// program is another one than that which wrote it.
final class ModelKeeper: Sendable {
  private struct State {
    var serving: ServingModel?
    /// The newest whose file could not be read.
    var unread: (version: Int, isOfOtherFormat: Bool)?

    mutating func note(_ version: Int, isOfOtherFormat: Bool) {
      if version >= unread?.version ?? 0 { unread = (version, isOfOtherFormat) }
    }
  }

  let folder: ModelFolder
  private let database: ServiceDatabase
  let shelf: @Sendable () -> Shelf
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
      guard let (version, isOfOtherFormat) = state.unread else { return nil }
      let instead = state.serving.map { "model \($0.version) serves" } ?? "rows come without a model"
      return isOfOtherFormat
        ? "model \(version) is of another format: \(instead) until another is trained"
        : "model \(version) cannot be read: \(instead)"
    }
  }

  /// Whether another has to be trained, since this program cannot read the newest.
  var isOfOtherFormat: Bool { state.withLock { $0.unread?.isOfOtherFormat ?? false } }

  /// Reads the model that has to serve now: the pinned one, else the newest. What cannot be read is marked, and the one
  /// before it is read.
  func load() async throws {
    let (rows, pinned) = try database.read { (try ModelStore.all(in: $0), try ModelStore.pinned(in: $0)) }
    let published = rows.map(\.version).filter { $0.state == .published }.map(\.version)
    // Also after another start it is said that the newest cannot be read.
    let newest = rows.map(\.version).first { $0.state.hasFile || [.damaged, .otherFormat].contains($0.state) }
    if let newest, !newest.state.hasFile {
      state.withLock { $0.note(newest.version, isOfOtherFormat: newest.state == .otherFormat) }
    }
    let order =
      rows.map(\.version).filter { $0.version == pinned && $0.state.hasFile }.map(\.version)
      + published.filter { $0 != pinned }
    for version in order {
      if serving?.version == version { return }
      do {
        let file = try ModelFile.read(from: folder.file(of: version))
        serve(version, file.model, file.titles)
        return
      } catch {
        try await mark(version, error)
      }
    }
    state.withLock { $0.serving = nil }
  }

  /// Has the model serve, already read or just trained.
  func serve(_ version: Int, _ model: TrainedModel, _ titles: [String]) {
    let made = ServingModel(
      version: version, model: model, titles: titles, on: shelf(), vectorBytes: settings.vectorBytes)
    state.withLock { $0.serving = made }
    noteTrained(version)
    logger.notice("a model serves", metadata: ["version": "\(version)", "titles": "\(model.titleCount)"])
  }

  /// What could not be read is of no account once there is a later one, whether that serves or not.
  func noteTrained(_ version: Int) {
    state.withLock { state in
      if let unread = state.unread, unread.version < version { state.unread = nil }
    }
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

  private func mark(_ version: Int, _ error: any Error) async throws {
    let isOfOtherFormat = if case ModelFile.Fault.otherFormat = error { true } else { false }
    state.withLock { $0.note(version, isOfOtherFormat: isOfOtherFormat) }
    let metadata: Logger.Metadata = ["version": "\(version)", "error": "\(error)"]
    if isOfOtherFormat {
      logger.notice(
        "a model is of another format: the version before it serves, and another is trained", metadata: metadata)
    } else {
      damaged.increment()
      logger.error("a model cannot be read: the version before it serves", metadata: metadata)
    }
    try await database.write { db in
      try ModelStore.set(isOfOtherFormat ? .otherFormat : .damaged, of: version, in: db)
      if try ModelStore.pinned(in: db) == version { try ModelStore.pin(nil, in: db) }
    }
  }
}
