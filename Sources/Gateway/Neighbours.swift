import ClientKit
import ServerKit
import Synchronization

/// The services behind the gateway, each behind a limit and a breaker of its own; repeats are paid from one budget,
/// and made here alone: a repeat at every hop would multiply.
final class Neighbours: Sendable {
  private let context: ServiceContext
  private let settings: ResilientTransport.Settings
  private let budget: RetryBudget
  private let made = Mutex<[String: ResilientTransport]>([:])

  init(_ context: ServiceContext, _ settings: GatewaySettings) {
    self.context = context
    var bounds = ResilientTransport.Settings()
    bounds.concurrency = settings.callsPerUpstream
    bounds.queue = settings.callsPerUpstream
    bounds.breaker.openTime = .milliseconds(settings.breakerOpenMilliseconds)
    self.settings = bounds
    budget = RetryBudget(share: bounds.retryShare)
  }

  /// The same for each call with its name.
  func upstream(_ service: String) throws -> ResilientTransport {
    try made.withLock { made in
      if let known = made[service] { return known }
      let transport = ResilientTransport(
        try context.upstream(service), upstream: service, settings: settings, budget: budget)
      transport.observe(in: context.metrics)
      made[service] = transport
      return transport
    }
  }
}
