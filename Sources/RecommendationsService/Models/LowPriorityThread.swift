import Foundation
import Synchronization

/// Work that takes seconds of a core and may wait for everything else: on a thread of its own with the lowest priority,
/// so that it neither holds a thread of Swift's pool nor takes time from one that answers.
enum LowPriorityThread {
  private final class Flag: Sendable {
    let isRaised = Atomic(false)
  }

  private static let stackBytes = 8 << 20

  /// Runs `body`; where the task is cancelled, `isCancelled` says so from then on.
  static func run<Value: Sendable>(
    _ name: String, _ body: @escaping @Sendable (_ isCancelled: () -> Bool) throws -> Value
  ) async throws -> Value {
    let cancelled = Flag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let thread = Thread {
          // On Linux this is of the calling thread alone.
          _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
          continuation.resume(with: Result { try body { cancelled.isRaised.load(ordering: .relaxed) } })
        }
        thread.name = name
        thread.stackSize = stackBytes
        thread.start()
      }
    } onCancel: {
      cancelled.isRaised.store(true, ordering: .relaxed)
    }
  }
}
