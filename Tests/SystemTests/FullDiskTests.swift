import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// A disk that is really full, under a real service behind the real gateway.
  @Suite struct FullDiskTests {
    @Test(
      "With its disk full a service refuses writes with 507, reads on, keeps what it acknowledged, and recovers",
      .enabled(if: SmallDisk.isPermitted, "This machine does not permit mount namespaces."), .timeLimit(.minutes(4)))
    func fullDisk() async throws {
      let stack = try await RunningStack.start(smallDisks: ["accounts": 12 << 20])
      defer { stack.stop() }
      let viewer = try await Viewer.signUp(at: stack.address)
      let process = try #require(stack.pid(of: "accounts"))
      let folder = try #require(stack.dataFolder(of: "accounts"))
      #expect(FileManager.default.fileExists(atPath: folder + "/accounts.db"))
      #expect(try await rename(viewer, "Before").status == 200)

      // The database's log may still have room in itself: what is acknowledged meanwhile has to stay.
      let ballast = try SmallDisk.fill(folder)
      var acknowledged = "Before"
      var refusal: PublicClient.Answer?
      for number in 0..<2000 where refusal == nil {
        let answer = try await rename(viewer, "Vera \(number)")
        if answer.status == 200 { acknowledged = "Vera \(number)" } else { refusal = answer }
      }
      isRefused(try #require(refusal))
      for number in 0..<10 { isRefused(try await rename(viewer, "Refused \(number)")) }
      isRefused(try await viewer.client.post("/v1/profiles", json: #"{"name":"Refused"}"#))

      #expect(try await name(of: viewer) == acknowledged)
      #expect(try await viewer.client.get("/v1/profiles").json["items"].items.count == 1)
      #expect(try await viewer.client.get("/v1/profiles/\(viewer.profile)/home").status == 200)
      #expect(stack.pid(of: "accounts") == process)

      try FileManager.default.removeItem(atPath: ballast)
      try await eventually(within: .seconds(5)) { try await rename(viewer, "After").status == 200 }
      #expect(try await name(of: viewer) == "After")
      let newcomer = try await Viewer.signUp(at: stack.address)
      #expect(try await name(of: newcomer) == "Vera")
      #expect(stack.pid(of: "accounts") == process)
    }

    private func rename(_ viewer: Viewer, _ name: String) async throws -> PublicClient.Answer {
      try await viewer.client.send(
        .patch, "/v1/profiles/\(viewer.profile)", body: Array(#"{"name":"\#(name)"}"#.utf8),
        headers: [("content-type", "application/json")])
    }

    private func name(of viewer: Viewer) async throws -> String? {
      let answer = try await viewer.client.get("/v1/profiles/\(viewer.profile)")
      #expect(answer.status == 200)
      return answer.json["name"].text
    }

    private func isRefused(_ answer: PublicClient.Answer, sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(answer.status == 507, "\(answer.json)", sourceLocation: sourceLocation)
      #expect(answer.header("content-type") == "application/problem+json", sourceLocation: sourceLocation)
      #expect(answer.json["type"].text == "/problems/insufficient-storage", sourceLocation: sourceLocation)
      #expect(answer.json["title"].text == "No space left", sourceLocation: sourceLocation)
      #expect(answer.json["detail"].text?.contains("disk") == true, "\(answer.json)", sourceLocation: sourceLocation)
    }
  }
}
