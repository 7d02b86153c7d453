import Logging
import ServerKit
import ServiceLifecycle

/// Removes uploads that are past their time.
struct UploadUpkeep: Service {
  let shelf: UploadShelf
  let seconds: Double
  let logger: Logger

  func run() async throws {
    await keepUp(every: { .seconds(seconds) }, failing: "Uploads could not be tidied", logger: logger) {
      let removed = try await shelf.removeOutlived()
      if removed > 0 { logger.info("Uploads past their time were removed", metadata: ["count": "\(removed)"]) }
    }
  }
}
