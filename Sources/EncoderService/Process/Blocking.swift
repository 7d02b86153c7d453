import Dispatch

/// Work that waits for disks or reads whole films: on a thread of its own, so that heartbeats go on meanwhile.
enum Blocking {
  private static let queue = DispatchQueue(label: "matinee.encoder.files", attributes: .concurrent)

  static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try work() }) }
    }
  }
}
