import ClientKit
import Contract
import EncodingAPI
import Foundation
import Synchronization
import TestKit
import Testing

@testable import EncodingService

@Suite("Many jobs at once")
struct ManyJobsTests {
  private final class Order: Sendable {
    let leases = Mutex<[TaskLease]>([])
  }

  @Test("Fifty jobs queued at once all finish, none long after the others, and publish once each")
  func fifty() async throws {
    try await Studio.open { studio in
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      var jobs: [JobID] = []
      for number in 0..<50 {
        let title = TitleID(seed: "film \(number)")
        jobs.append(try await studio.createJob(JobSource(uploadId: upload.id), title: title).id)
      }
      let order = Order()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for encoder in ["one", "two", "three"] {
          group.addTask {
            let encoder = StubEncoder(encoder, of: studio.encoding)
            // Another may be about to make something ready.
            while let lease = try await encoder.lease(waiting: 1) {
              order.leases.withLock { $0.append(lease) }
              try await encoder.report(lease)
            }
          }
        }
        try await group.waitForAll()
      }
      let tasks = order.leases.withLock { $0 }
      #expect(Set(tasks.map(\.task)).count == tasks.count)
      for id in jobs { #expect(try await studio.job(id).state == .succeeded) }
      // Every film is probed before any has had many of its tasks done.
      let probes = tasks.indices.filter { tasks[$0].work.kind == .probe }
      #expect(probes.count == 50 && (probes.max() ?? .max) < 150)
      let page = try await studio.encoding.transport.call(
        EncodingEndpoints.jobs, JobsQuery(limit: 100, state: .succeeded), in: studio.context())
      #expect(Set(page.items.map(\.id)) == Set(jobs))
      let running = try await studio.encoding.transport.call(
        EncodingEndpoints.jobs, JobsQuery(state: .running), in: studio.context())
      #expect(running.items.isEmpty)
      let events = try await studio.events()
      #expect(events.components(separatedBy: "encoding.asset.published.v1").count - 1 >= 50)
    }
  }

  @Test("Over HTTP a job's priority is set, and a failed job tried again, once per key")
  func changes() async throws {
    try await Studio.open { studio in
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      let id = try await studio.createJob(JobSource(uploadId: upload.id)).id
      let transport = studio.encoding.transport
      let changed = try await transport.call(
        EncodingEndpoints.changeJob, JobPath(job: id), body: JobChange(priority: .high), in: studio.context())
      #expect(changed.options.priority == .high)
      let encoder = StubEncoder("one", of: studio.encoding)
      try await encoder.report(try #require(try await encoder.lease()))
      await #expect(throws: Problem.self) {
        try await transport.call(EncodingEndpoints.retryJob, JobPath(job: id), in: studio.context())
      }
      try await encoder.report(try #require(try await encoder.lease()), .permanentFailure)
      #expect(try await studio.job(id).state == .failed)
      for _ in 0..<2 {
        let retried = try await transport.call(
          EncodingEndpoints.retryJob, JobPath(job: id), in: studio.context(key: "once"))
        #expect(retried.state == .running)
      }
      let graph = try #require(try await studio.job(id).tasks)
      let chunks = Set(graph.filter { $0.kind == .encode }.map(\.id))
      #expect(graph.filter { $0.kind == .join }.allSatisfy { Set($0.needs) == chunks })
      try await encoder.workOff()
      #expect(try await studio.job(id).state == .succeeded)
    }
  }

  @Test("A failed job whose upload was removed is not tried again: it says what is gone")
  func uploadGone() async throws {
    try await Studio.open { studio in
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      let id = try await studio.createJob(JobSource(uploadId: upload.id)).id
      let encoder = StubEncoder("one", of: studio.encoding)
      try await encoder.report(try #require(try await encoder.lease()), .permanentFailure)
      let transport = studio.encoding.transport
      try await transport.call(UploadEndpoints.remove, UploadPath(upload: upload.id), in: studio.context())
      do {
        _ = try await transport.call(EncodingEndpoints.retryJob, JobPath(job: id), in: studio.context())
        Issue.record("not refused")
      } catch let problem as Problem {
        #expect(problem.status == 410 && problem.detail.contains("\(upload.id)"))
      }
      #expect(try await studio.job(id).state == .failed)
    }
  }
}
