import Synchronization

/// The client's engine room: carries every call of a process over a thread that owns a libcurl multi handle.
///
/// Calls are handed over through a queue; the thread is woken only when it sleeps. Streams have a thread and
/// connections of their own, so that neither bulk nor slow readers delay a call; each thread starts when first
/// needed. Both end at ``shutdown()``, or when the last reference goes.
package final class CurlLoop: Sendable {
  package let settings: ClientSettings
  let calls: CurlEngine
  let streams: CurlEngine

  package init(settings: ClientSettings = ClientSettings()) {
    self.settings = settings
    calls = CurlEngine(name: "curl-calls", settings: settings, connectionLimit: settings.connectionsPerUpstream)
    streams = CurlEngine(name: "curl-streams", settings: settings, connectionLimit: settings.streamsPerUpstream)
  }

  deinit {
    calls.hand(.stop(nil))
    streams.hand(.stop(nil))
  }

  /// Fails what is in flight or waiting, closes the connections and ends the threads. Later calls are refused.
  package func shutdown() async {
    await withCheckedContinuation { calls.hand(.stop($0)) }
    await withCheckedContinuation { streams.hand(.stop($0)) }
  }

  /// How many connections were opened since the start.
  package var connectionsOpened: Int { sum { $0.connectionsOpened.load(ordering: .relaxed) } }

  /// Calls and streams under way, as of the loop's last turn.
  package var runningCount: Int { sum { $0.runningCount.load(ordering: .relaxed) } }

  /// Calls and streams that wait for a connection, as of the loop's last turn.
  package var waitingCount: Int { sum { $0.waitingCount.load(ordering: .relaxed) } }

  private func sum(_ count: (CurlEngine) -> Int) -> Int { count(calls) + count(streams) }
}
