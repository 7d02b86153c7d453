import Foundation
import Synchronization
import TestKit

/// One stack for the tests that leave it as they found it; started at the first use, ended with the test process.
actor SharedStack {
  static let instance = SharedStack()
  private static let running = Mutex<RunningStack?>(nil)

  private var starting: Task<RunningStack, any Error>?
  private var film: Task<Film, any Error>?

  func stack() async throws -> RunningStack {
    if let starting { return try await starting.value }
    let task = Task {
      let stack = try await RunningStack.start()
      Self.running.withLock { $0 = stack }
      atexit { SharedStack.running.withLock { $0?.stop() } }
      return stack
    }
    starting = task
    return try await task.value
  }

  /// A film that plays, encoded once for all tests that need one.
  func playableFilm() async throws -> Film {
    let stack = try await stack()
    if let film { return try await film.value }
    let task = Task { try await Film.encode(on: stack, named: "The Shared Film") }
    film = task
    return try await task.value
  }
}
