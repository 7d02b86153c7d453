import ClientKit
import Contract
import ServerKit

/// Which services stand behind the gateway, and whether each is ready.
struct TopologyRoutes: Sendable {
  private static let services = [
    "accounts", "bus", "catalog", "delivery", "encoding", "playback", "recommendations",
  ]

  /// What `/readyz` says of what is not as it should be, though requests are answered.
  private struct Ready: Decodable {
    var remarks: [String]?
  }

  private struct Upstream: Sendable {
    var name: String
    /// Past the breaker: a look must not be refused by it.
    var direct: any Transport
    var guarded: ResilientTransport
  }

  private let upstreams: [Upstream]

  init(_ context: ServiceContext, _ neighbours: Neighbours) throws {
    upstreams = try Self.services.map { name in
      Upstream(name: name, direct: try context.upstream(name), guarded: try neighbours.upstream(name))
    }
  }

  func addRoutes(to routes: inout Routes) {
    routes.on(GatewayEndpoints.topology) { call in
      await withTaskGroup { group in
        for upstream in upstreams {
          group.addTask { await Self.look(upstream, call.request.context) }
        }
        var services: [Topology.Service] = []
        for await service in group { services.append(service) }
        return Topology(services: services.sorted { $0.name < $1.name })
      }
    }
  }

  private static func look(
    _ upstream: Upstream, _ context: CallContext
  ) async -> Topology.Service {
    var context = context
    context.deadline = context.deadline.atMost(.seconds(1))
    let breaker = upstream.guarded.breaker.status.rawValue
    do {
      let answer = try await upstream.direct.send(
        TransportRequest(method: .get, target: "/readyz", context: context))
      let isReady = answer.status == 200
      let remarks = (try? JSON.decode(Ready.self, from: answer.body))?.remarks?.joined(separator: "; ")
      return Topology.Service(
        name: upstream.name, ready: isReady, detail: isReady ? remarks : "not ready", breaker: breaker)
    } catch {
      return Topology.Service(name: upstream.name, ready: false, detail: "cannot be reached", breaker: breaker)
    }
  }
}
