import Logging
import ServiceLifecycle

/// Removes uploads that are past their time.
struct UploadUpkeep: Service {
  let shelf: UploadShelf
  let seconds: Double
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let removed = try await shelf.removeOutlived()
          if removed > 0 { logger.info("Uploads past their time were removed", metadata: ["count": "\(removed)"]) }
        } catch is CancellationError {
          return
        } catch {
          logger.warning("Uploads could not be tidied", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(seconds))
      }
    }
  }
}
