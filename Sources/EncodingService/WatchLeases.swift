import Contract
import Logging
import ServiceLifecycle
import StorageKit

/// Ends the leases of encoders that have gone silent, and forgets who is long gone. Runs for as long as the service.
struct WatchLeases: Service {
  let database: ServiceDatabase
  let flow: JobFlow
  let workers: WorkerRegister
  let clock: WallClock
  let logger: Logger

  /// Looks per length of a lease; at least one a second.
  static let looksPerLease = 8.0
  static let looksPerPrune = 60

  func run() async throws {
    let interval = min(.seconds(1), flow.leases.length / Self.looksPerLease)
    var looks = 0
    var last = ContinuousClock.now
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      do { try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) } } catch { break }
      let late = last.duration(to: .now) - interval
      // This process was stopped, or the machine slept: no encoder could have been heard meanwhile.
      if late > flow.leases.length / 2 { flow.leases.postponeAll(by: late) }
      last = .now
      looks += 1
      do {
        try await look()
        if looks.isMultiple(of: Self.looksPerPrune) { try await prune() }
      } catch {
        logger.warning("Leases were not looked at; the next look tries again", metadata: ["error": "\(error)"])
      }
    }
  }

  func look() async throws {
    let open = try database.read { try flow.tasks.open(in: $0) }.map(\.token)
    guard !flow.leases.expired(among: open).isEmpty else { return }
    let now = clock.now()
    try await database.write { try flow.expire(at: now, in: $0) }
  }

  func prune() async throws {
    let gone = try database.read { try workers.gone(in: $0) }
    guard !gone.isEmpty else { return }
    try await database.write { db in for name in gone { try workers.store.forget(name, in: db) } }
    for name in gone { workers.roll.forget(name) }
  }
}
