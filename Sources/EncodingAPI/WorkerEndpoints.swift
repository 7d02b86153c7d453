package import Contract

/// What encoding answers about encoders.
package enum WorkerEndpoints {
  package static let workers = Endpoint<Empty, Empty, Page<Worker>>(
    "encoding.workers", .get, "/v1/studio/workers", access: .operator,
    summary: "The encoders: what they can do, whether they are there, what they work on.")

  package static let worker = Endpoint<WorkerPath, Empty, Worker>(
    "encoding.worker", .get, "/v1/studio/workers/{worker}", access: .operator, summary: "One encoder.")

  package static let changeWorker = Endpoint<WorkerPath, WorkerChange, Worker>(
    "encoding.changeWorker", .patch, "/v1/studio/workers/{worker}", access: .operator,
    summary: "Give an encoder tasks, no more tasks, or no more tasks before it goes.")
}

package struct WorkerPath: Codable, Sendable {
  /// Its name.
  package var worker: String

  package init(worker: String) {
    self.worker = worker
  }
}
