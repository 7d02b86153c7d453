import Contract
import EncodingAPI
import ServerKit
import StorageKit

/// The studio's calls about encoders.
struct WorkerRoutes: Sendable {
  let database: ServiceDatabase
  let workers: WorkerRegister

  func add(to routes: inout Routes) {
    routes.on(WorkerEndpoints.workers) { _ in
      Page(items: try database.read { try workers.workers(in: $0) }, next: nil)
    }
    routes.on(WorkerEndpoints.worker) { call in
      try database.read { try workers.worker(call.parameters.worker, in: $0) }
    }
    routes.on(WorkerEndpoints.changeWorker) { call in
      let name = call.parameters.worker
      return try await database.write { db in
        guard try workers.store.setState(call.body.state, of: name, in: db) else {
          throw EncodingError.unknownWorker(name)
        }
        return try workers.worker(name, in: db)
      }
    }
  }
}
