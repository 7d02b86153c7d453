import ServiceLifecycle

/// Removes copies of films that nobody uses any more.
struct SourceUpkeep: Service {
  let cache: SourceCache

  func run() async throws {
    let pause = Duration.seconds(min(60, max(0.2, cache.keepSeconds / 4)))
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        cache.makeRoom()
        try? await Task.sleep(for: pause)
      }
    }
  }
}
