import ClientKit
import Contract
import EncodingAPI
import TestKit
import Testing

@testable import EncodingService

@Suite("What encoders call")
struct LeaseRoutesTests {
  private let context = CallContext.test(.service("encoder"))

  private func status(_ body: () async throws -> some Sendable) async -> Int? {
    do {
      _ = try await body()
      return nil
    } catch {
      return (error as? Problem)?.status
    }
  }

  @Test("Without work there is no lease, and bad requests are named")
  func idle() async throws {
    try await withService(EncodingModule.self) { (service: TestService) async throws in
      let answer = try await service.transport.call(
        EncodingEndpoints.lease, body: LeaseRequest(encoder: "one", waitSeconds: 0), in: context)
      #expect(answer.lease == nil)
      for request in [LeaseRequest(encoder: "", waitSeconds: 0), LeaseRequest(encoder: "one", waitSeconds: 9999)] {
        #expect(
          await status { try await service.transport.call(EncodingEndpoints.lease, body: request, in: context) } == 422)
      }
    }
  }

  @Test("Encoders hear what of the store nobody knows, and may not ask for too much at once")
  func storeClaims() async throws {
    try await withService(EncodingModule.self) { (service: TestService) async throws in
      let finds = StoreFinds(jobs: [JobID(seed: "j")], assets: [AssetID(seed: "a")], leases: [7])
      let verdict = try await service.transport.call(EncodingEndpoints.storeClaims, body: finds, in: context)
      #expect(verdict.unknownJobs == finds.jobs && verdict.unknownAssets == finds.assets)
      #expect(verdict.endedLeases == [7] && verdict.endedJobs.isEmpty && verdict.unpublishedAssets.isEmpty)
      let many = StoreFinds(leases: Array(1...StoreFinds.limit + 1))
      #expect(
        await status { try await service.transport.call(EncodingEndpoints.storeClaims, body: many, in: context) } == 422
      )
      let viewer = CallContext.test(Principal(role: .viewer, account: AccountID(seed: "vera")))
      #expect(
        await status { try await service.transport.call(EncodingEndpoints.storeClaims, body: finds, in: viewer) } == 403
      )
    }
  }

  @Test("Nobody keeps or reports a task that is not leased to them, and viewers may not ask at all")
  func foreign() async throws {
    try await withService(EncodingModule.self) { (service: TestService) async throws in
      let path = TaskPath(task: EncodingTaskID(seed: "unknown"))
      let kept = await status {
        try await service.transport.call(
          EncodingEndpoints.heartbeat, path, body: TaskHeartbeat(token: 1, progress: 0.5), in: context)
      }
      #expect([404, 409].contains(kept))
      let report = TaskReport(token: 1, outcome: .succeeded)
      let reported = await status {
        try await service.transport.call(EncodingEndpoints.report, path, body: report, in: context)
      }
      #expect([404, 409].contains(reported))
      let viewer = CallContext.test(Principal(role: .viewer, account: AccountID(seed: "vera")))
      #expect(
        await status {
          try await service.transport.call(EncodingEndpoints.report, path, body: report, in: viewer)
        } == 403)
    }
  }
}
