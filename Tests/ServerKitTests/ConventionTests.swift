import ClientKit
import Contract
import ServerKit
import TestKit
import Testing

let viewer = Principal(role: .viewer, account: AccountID(seed: "viewer"))

@Suite("Conventions, over real sockets")
struct ConventionTests {
  @Test("A typed call is answered with its decoded output")
  func typedCall() async throws {
    try await withService(ProbeModule.self) { service in
      let id = TitleID(seed: "one")
      let note = try await service.transport.call(Probe.item, Probe.Path(id: id, times: 3), in: .test(viewer))
      #expect(note == Probe.Note(text: "\(id)", stars: 3))
      let made = try await service.transport.call(Probe.write, body: note, in: .test(viewer))
      #expect(made == note)
    }
  }
}
