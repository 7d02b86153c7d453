import ClientKit
import Contract
import ServerKit

/// Which services stand behind the gateway, and whether each is ready.
struct TopologyRoutes: Sendable {
  private static let services = [
    "accounts", "bus", "catalog", "delivery", "encoding", "playback", "recommendations",
  ]

  let upstreams: [(name: String, transport: any Transport)]

  init(_ context: ServiceContext) throws {
    upstreams = try Self.services.map { ($0, try context.upstream($0)) }
  }

  func addRoutes(to routes: inout Routes) {
    routes.on(GatewayEndpoints.topology) { call in
      await withTaskGroup { group in
        for upstream in upstreams {
          group.addTask { await Self.look(upstream.name, upstream.transport, call.request.context) }
        }
        var services: [Topology.Service] = []
        for await service in group { services.append(service) }
        return Topology(services: services.sorted { $0.name < $1.name })
      }
    }
  }

  private static func look(
    _ name: String, _ transport: any Transport, _ context: CallContext
  ) async -> Topology.Service {
    var context = context
    context.deadline = context.deadline.atMost(.seconds(1))
    do {
      let answer = try await transport.send(TransportRequest(method: .get, target: "/readyz", context: context))
      return Topology.Service(name: name, ready: answer.status == 200, detail: answer.status == 200 ? nil : "not ready")
    } catch {
      return Topology.Service(name: name, ready: false, detail: "cannot be reached")
    }
  }
}
