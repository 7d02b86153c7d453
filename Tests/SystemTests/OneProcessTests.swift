import TestKit
import Testing

extension SystemTests {
  @Suite struct OneProcessTests {
    @Test("All services in one process answer as nine do, and TERM ends it with status 0", .timeLimit(.minutes(1)))
    func oneProcess() async throws {
      let stack = try await RunningStack.startInOneProcess()
      defer { stack.stop() }
      let viewer = try await Viewer.signUp(at: stack.address)
      let studio = try await stack.studio()
      let created = try await studio.post(
        "/v1/studio/titles", json: #"{"name":"One Process","year":2026,"maturity":"all"}"#)
      #expect(created.status == 201)
      // From catalog to the gateway's view, over the bus: no module knows how it is hosted.
      try await eventually {
        let page = try await viewer.client.get("/v1/profiles/\(viewer.profile)/search?q=one+process")
        return page.json["items"][0]["name"].text == "One Process"
      }
      // A view is dropped and built again from its sources.
      #expect(try await stack.command("rebuild", "recommendations/recommendations-catalog") == 0)
      #expect(try await stack.command("rebuild", "recommendations/nothing") != 0)
      #expect(try await stack.terminate("all") == 0)
    }
  }
}
