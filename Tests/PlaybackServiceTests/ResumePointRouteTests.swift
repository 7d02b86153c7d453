import ClientKit
import Contract
import PlaybackAPI
import TestKit
import Testing

@testable import PlaybackService

@Suite("Resume points over a socket")
struct ResumePointRouteTests {
  private func context(_ profile: ProfileID) -> CallContext {
    .test(
      Principal(role: .viewer, account: AccountID(seed: "vera"), profile: profile, maturityLimit: .eighteen))
  }

  @Test("Someone new has none; a limit out of bounds and another's profile are refused")
  func routes() async throws {
    try await withService(PlaybackModule.self) { (service: TestService) async throws in
      let profile = ProfileID(seed: "vera")
      let points = try await service.transport.call(
        PlaybackEndpoints.resumePoints, ResumeQuery(profile: profile), in: context(profile))
      #expect(points.points.isEmpty)
      let tooMany = await #expect(throws: Problem.self) {
        try await service.transport.call(
          PlaybackEndpoints.resumePoints, ResumeQuery(profile: profile, limit: 100_000), in: context(profile))
      }
      #expect((400...422).contains(tooMany?.status ?? 0))
      let foreign = await #expect(throws: Problem.self) {
        try await service.transport.call(
          PlaybackEndpoints.resumePoints, ResumeQuery(profile: profile), in: context(ProfileID(seed: "other")))
      }
      #expect(foreign?.status == 404)
    }
  }
}
