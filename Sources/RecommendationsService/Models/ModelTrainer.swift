import Contract
import Foundation
import Logging
import RecommendationsAPI
import RecommenderKit
import ServerKit
import ServiceLifecycle
import StorageKit
import Synchronization
import TelemetryKit

/// Trains a model whenever there is reason to, beside everything else, and publishes it if it is good enough.
final class ModelTrainer: Service {
  private struct State {
    var past: PastTraining?
    /// λ of the last one: where the next begins to look.
    var ridge: Float?
    /// For another cause than what is new.
    var asked: ModelVersion.Cause?
    /// After a failure; what was not learnt is still to be learnt.
    var retryAt: ContinuousClock.Instant?
  }

  private struct Trained: Sendable {
    var model: TrainedModel?
    let set: TrainingSet
    var cpuSeconds: Double
  }

  private let database: ServiceDatabase
  private let keeper: ModelKeeper
  private let publication: ModelPublication
  private let settings: LearningSettings
  private let clock: WallClock
  private let logger: Logger
  private let trainings: Counter
  private let seconds: Histogram
  private let state = Mutex(State())

  init(
    database: ServiceDatabase, keeper: ModelKeeper, settings: LearningSettings, clock: WallClock, logger: Logger,
    metrics: Metrics
  ) {
    self.database = database
    self.keeper = keeper
    self.settings = settings
    self.clock = clock
    self.logger = logger
    publication = ModelPublication(database: database, keeper: keeper, settings: settings, logger: logger)
    trainings = metrics.counter(
      "recommendations_trainings_total", help: "Trainings by how they ended.", labels: ["outcome"])
    seconds = metrics.histogram(
      "recommendations_training_cpu_seconds", help: "CPU seconds of a training.",
      buckets: [0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300])
  }

  func run() async throws {
    let rows = try database.read { try ModelStore.all(in: $0) }
    state.withLock { state in
      state.past = rows.first.map(PastTraining.init)
      // Nothing new calls for it, but without it rows would come without a model until something does.
      if keeper.isOfOtherFormat { state.asked = .format }
    }
    let look = Duration.seconds(min(1, settings.training.pauseSeconds))
    await keepUp(every: { look }, failing: "no model was trained", at: .error, logger: logger) { [self] in
      if keeper.isBehindShelf { try await LowPriorityThread.run("model follows") { _ in self.keeper.followShelf() } }
      try await trainIfDue()
    }
  }

  /// At the next look, due or not.
  func ask() { state.withLock { $0.asked = .asked } }

  func trainIfDue() async throws {
    let progress = try database.read { try LearningStore.progress(in: $0) }
    let (past, asked, retryAt) = state.withLock { ($0.past, $0.asked, $0.retryAt) }
    if let retryAt, .now < retryAt { return }
    let due = settings.training.cause(progress, since: past, at: clock.now())
    guard let cause = due ?? asked else { return }
    let begin = ContinuousClock.now
    do {
      let trained = try await train()
      let outcome = try await publish(trained, cause, progress)
      seconds.record(trained.cpuSeconds)
      trainings.increment([outcome])
      let past = PastTraining(
        endedAt: clock.now(), durationSeconds: (.now - begin) / .seconds(1), progress: progress,
        interactions: trained.set.interactions.count)
      state.withLock { state in
        state.past = past
        state.asked = nil
        state.retryAt = nil
      }
    } catch {
      if !(error is CancellationError) { trainings.increment(["failed"]) }
      state.withLock { $0.retryAt = .now + .seconds(settings.training.pauseSeconds) }
      throw error
    }
  }

  private func train() async throws -> Trained {
    let ridge = state.withLock { $0.ridge }
    let trained = try await LowPriorityThread.run("trainer") { [database, settings, keeper] isCancelled in
      let before = CPUTime.ofThread()
      let set = try TrainingSet.gather(
        from: database, labelsAtOnce: settings.labelsAtOnce, isCancelled: isCancelled)
      var options = TrainingOptions()
      options.titlesMaximum = settings.trainingTitlesMaximum
      options.isBlendTried = settings.isBlendTried
      if let ridge { options.firstRidge = ridge }
      let model =
        set.profileCount >= settings.training.profilesMinimum
        ? try LinearModel.train(
          set.interactions, options, against: ModelRivals.all(of: set.titles, on: keeper.shelf()),
          isCancelled: isCancelled) : nil
      return Trained(model: model, set: set, cpuSeconds: CPUTime.ofThread() - before)
    }
    if let model = trained.model { state.withLock { $0.ridge = model.ridge } }
    return trained
  }

  private func publish(
    _ trained: Trained, _ cause: ModelVersion.Cause, _ progress: LearningStore.Progress
  ) async throws -> String {
    guard let model = trained.model else {
      try await publication.removeForgotten(before: progress.erasures)
      return "tooFewProfiles"
    }
    let version = ModelVersion(
      version: 0, state: .published, cause: cause, trainedAt: clock.now(), profiles: trained.set.profileCount,
      titles: model.titleCount, interactions: trained.set.interactions.count,
      ndcgAt100: model.heldOut?.best.ndcgAt100 ?? 0, heldOutProfiles: model.heldOut?.best.profiles ?? 0,
      rival: ModelVersion.Rival(model.heldOut), trainingCpuSeconds: trained.cpuSeconds)
    let row = ModelStore.Row(version: version, progress: progress)
    return try await publication.publish(row, model, trained.set.titles).rawValue
  }
}

extension PastTraining {
  /// As far as a version tells, after a start.
  init(_ row: ModelStore.Row) {
    self.init(
      endedAt: row.version.trainedAt, durationSeconds: row.version.trainingCpuSeconds, progress: row.progress,
      interactions: row.version.interactions)
  }
}
