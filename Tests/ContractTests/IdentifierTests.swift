import Contract
import Testing

@Suite struct IdentifierTests {
  @Test("An identifier's text reads back as the same identifier")
  func roundTrip() {
    for _ in 0..<1000 {
      let id = TitleID(at: WallClock.system.now())
      #expect(TitleID(id.description) == id)
      #expect(id.description.count == 30)
    }
  }

  @Test("Text order is creation order")
  func order() {
    let early = ProfileID(at: Timestamp(milliseconds: 1_000_000))
    let late = ProfileID(at: Timestamp(milliseconds: 1_000_001))
    #expect(early < late)
    #expect(early.description < late.description)
  }

  @Test(
    "Anything but the canonical text is refused",
    arguments: [
      "", "ttl_", "ttl_01hzy3v9k2r8m4c6d7e8f9g0h", "prf_01hzy3v9k2r8m4c6d7e8f9g0h1", "ttl_01HZY3V9K2R8M4C6D7E8F9G0H1",
      "ttl_81hzy3v9k2r8m4c6d7e8f9g0h1", "ttl_01hzy3v9k2r8m4c6d7e8f9g0hu", "ttl_01hzy3v9k2r8m4c6d7e8f9g0h1 ",
      "../../../../etc/passwd",
    ])
  func refused(text: String) {
    #expect(TitleID(text) == nil)
  }

  @Test("A seed gives the same identifier on every machine")
  func seeded() {
    #expect(TitleID(seed: "sintel-2010") == TitleID(seed: "sintel-2010"))
    #expect(TitleID(seed: "sintel-2010") != TitleID(seed: "sintel-2011"))
  }
}
