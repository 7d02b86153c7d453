import CCurl
import Contract
import Synchronization

/// The client's engine room: one thread that owns a libcurl multi handle and carries every call of a process.
///
/// Calls are handed over through a queue; the thread is woken only when it sleeps. It ends at ``shutdown()``, or
/// when the last reference goes.
package final class CurlLoop: Sendable {
  package let settings: ClientSettings
  let engine: CurlEngine
  private let lanes = Mutex<[UpstreamAddress: UpstreamLane]>([:])
  private let connectionLimit: Int

  package convenience init(settings: ClientSettings = ClientSettings()) {
    self.init(settings: settings, connectionLimit: settings.connectionsPerUpstream)
  }

  init(settings: ClientSettings, connectionLimit: Int) {
    self.settings = settings
    self.connectionLimit = connectionLimit
    engine = CurlEngine(settings: settings, connectionLimit: connectionLimit)
    engine.start()
  }

  deinit {
    engine.hand(.stop(nil))
  }

  /// Fails what is in flight or waiting, closes the connections and ends the thread. Later calls are refused.
  package func shutdown() async {
    await withCheckedContinuation { engine.hand(.stop($0)) }
  }

  /// How many connections were opened since the start.
  package var connectionsOpened: Int { engine.connectionsOpened.load(ordering: .relaxed) }

  /// Calls under way, as of the loop's last turn.
  package var runningCount: Int { engine.runningCount.load(ordering: .relaxed) }

  /// Calls that wait for a connection, as of the loop's last turn.
  package var waitingCount: Int { engine.waitingCount.load(ordering: .relaxed) }

  /// The queue and handles of one address, shared by every transport to it.
  func lane(for address: UpstreamAddress) -> UpstreamLane {
    lanes.withLock { lanes in
      if let lane = lanes[address] { return lane }
      let lane = UpstreamLane(address: address, limit: connectionLimit, settings: settings)
      lanes[address] = lane
      return lane
    }
  }
}
