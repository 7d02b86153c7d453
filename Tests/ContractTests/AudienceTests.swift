import Contract
import Testing

@Suite struct AudienceTests {
  private let noon = Timestamp(milliseconds: 1_800_000_000_000)

  private func territory(_ code: String) throws -> Territory { try #require(Territory(code)) }

  private func audience(_ place: Audience.Place, at now: Timestamp) -> Audience {
    Audience(maturityLimit: .twelve, place: place, now: now)
  }

  @Test("A title is there from its first moment on, and at its last no more")
  func window() {
    let availability = Availability(from: noon, until: noon.adding(seconds: 10))
    let seen = [-0.001, 0, 9.999, 10].map { audience(.everywhere, at: noon.adding(seconds: $0)).admits(availability) }
    #expect(seen == [false, true, true, false])
    #expect(audience(.unknown, at: noon).admits(.unbounded))
  }

  @Test("A title of some territories is there in them, and nowhere that is not known")
  func territories() throws {
    let availability = Availability(territories: [try territory("DE"), try territory("AT")])
    let places: [Audience.Place] = [
      .territory(try territory("DE")), .territory(try territory("AT")), .territory(try territory("FR")), .unknown,
      .everywhere,
    ]
    #expect(places.map { audience($0, at: noon).admits(availability) } == [true, true, false, false, true])
    #expect(places.allSatisfy { audience($0, at: noon).admits(.twelve, nil) })
    #expect(!places.contains { audience($0, at: noon).admits(.sixteen, nil) })
  }

  @Test("A text of territories has the pattern of a place in it where the title may be shown")
  func pattern() throws {
    let text = "DE EF"
    let farther = Audience.Place.territory(try territory("EF"))
    #expect(text.contains(farther.territoryPattern))
    for place in [Audience.Place.unknown, .territory(try territory("FD")), .territory(try territory("EE"))] {
      #expect(!text.contains(place.territoryPattern))
    }
    #expect(Audience.Place.everywhere.territoryPattern.isEmpty)
  }

  @Test("Who may see all: operators and services; a viewer of no known country what is for everywhere")
  func places() throws {
    #expect(Principal(role: .operator).place == .everywhere)
    #expect(Principal.service("gateway").place == .everywhere)
    #expect(Principal(role: .viewer).place == .unknown)
    let german = try territory("DE")
    #expect(Principal(role: .operator, territory: german).place == .territory(german))
    let child = Principal(role: .viewer, maturityLimit: .seven)
    #expect(child.audience(at: noon, asked: .sixteen).maturityLimit == .seven)
    #expect(child.audience(at: noon, asked: .all, otherwise: .eighteen).maturityLimit == .all)
    #expect(Principal(role: .viewer).audience(at: noon).maturityLimit == .all)
  }

  @Test(
    "Two upper-case letters are a territory, anything else is none", arguments: ["", "D", "de", "DEU", "D1", "Ö", "É"])
  func shape(text: String) throws {
    #expect(Territory(text) == nil)
    let german = try territory("DE")
    #expect(german.description == "DE")
    #expect(try JSON.decode([Territory].self, from: Array(#"["DE"]"#.utf8)) == [german])
    #expect((try? JSON.decode([Territory].self, from: JSON.encode([text]))) == nil)
  }
}
