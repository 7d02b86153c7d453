import Contract
import Foundation
import Logging
import ServiceLifecycle
import StorageKit

/// Keeps the shelf up to date while the service runs: after commits, and now and then since popularity fades; and
/// forgets plays and impressions that are too old to count.
struct ShelfRefresher: Service {
  /// Between two looks for plays to forget.
  private static let forgettingInterval = Duration.seconds(3600)

  let database: ServiceDatabase
  let keeper: ShelfKeeper
  let settings: RecommendationsSettings
  let clock: WallClock
  let logger: Logger

  func run() async throws {
    // One waiting wake-up stands for any number of commits.
    let (commits, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    database.onCommit { waker.yield() }
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { await follow(commits) }
      tasks.addTask { await wake(waker) }
      tasks.addTask { await forget() }
      await tasks.next()
      tasks.cancelAll()
    }
  }

  private func follow(_ commits: AsyncStream<Void>) async {
    for await _ in commits.cancelOnGracefulShutdown() {
      // What comes right after is taken along.
      guard await sleep(.milliseconds(settings.gatheringMilliseconds)) else { return }
      do {
        try keeper.refresh()
      } catch {
        logger.error("the shelf stays as it is", metadata: ["error": "\(error)"])
      }
    }
  }

  private func wake(_ waker: AsyncStream<Void>.Continuation) async {
    while await sleep(.seconds(settings.rankingSeconds)) { waker.yield() }
  }

  private func forget() async {
    while await sleep(Self.forgettingInterval) {
      let hour = settings.trending.firstHour(at: clock.now())
      do {
        while try await database.write({ db in
          try PlayCountStore.forget(before: hour, limit: settings.forgottenAtOnce, in: db)
        }) {}
        let oldest = clock.now().adding(seconds: -Double(settings.impressionDays) * 86_400)
        while try await database.write({ db in
          try ImpressionStore.forget(before: oldest, limit: settings.forgottenAtOnce, in: db)
        }) {}
      } catch {
        logger.error("old plays and impressions are kept until the next look", metadata: ["error": "\(error)"])
      }
    }
  }

  /// False when the service is to end.
  private func sleep(_ duration: Duration) async -> Bool {
    do {
      try await cancelWhenGracefulShutdown { try await Task.sleep(for: duration) }
      return true
    } catch {
      return false
    }
  }
}
