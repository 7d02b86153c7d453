import CatalogAPI
import ClientKit
import Contract
import Synchronization
import TestKit
import Testing

@testable import CatalogService

private let noon = Timestamp(milliseconds: 1_800_000_000_000)
private let german = [Territory("DE"), Territory("AT")].compactMap(\.self)

@Suite struct AvailabilityTests {
  private func film(_ key: String, _ availability: Availability?) -> NewTitle {
    NewTitle(key: key, name: "Film \(key)", year: 2020, maturity: .all, availability: availability)
  }

  private func set(_ availability: Availability, of key: String, _ service: TestService) async throws -> Title {
    try await service.transport.call(
      CatalogEndpoints.setAvailability, TitlePath(title: TitleID(seed: key)), body: availability,
      in: .test(operatorCall))
  }

  @Test("A title is kept, answered and told with when and where it may be shown")
  func keeps() async throws {
    let availability = Availability(from: noon, until: noon.adding(seconds: 60), territories: german)
    try await withCatalog([film("a", availability), film("b", .unbounded), film("c", nil)]) { service async throws in
      let listed = try await service.transport.call(
        CatalogEndpoints.titles, TitleQuery(), in: .test(operatorCall)
      ).items
      #expect(listed.map(\.availability) == [nil, nil, availability])
      let told = try await service.changes()
      #expect(told.map(\.availability) == [availability, nil, nil])
    }
  }

  @Test("Changing it tells the title once, and taking it away opens the title")
  func changes() async throws {
    try await withCatalog([film("a", nil)]) { service async throws in
      let until = Availability(until: noon)
      #expect(try await set(until, of: "a", service).availability == until)
      #expect(try await set(until, of: "a", service).availability == until)
      #expect(try await set(.unbounded, of: "a", service).availability == nil)
      #expect(try await service.changes().map(\.availability) == [nil, until, nil])
      #expect(await refusal { _ = try await set(until, of: "none", service) } == Refusal(404))
    }
  }

  @Test("What cannot be is refused by field, when a title is made and when it is changed")
  func refuses() async throws {
    let wrong = Availability(from: noon, until: noon, territories: german + german)
    let expected = ["until", "territories[2]", "territories[3]"]
    try await withCatalog([film("a", nil)]) { service async throws in
      #expect(await refusal { _ = try await set(wrong, of: "a", service) } == Refusal(422, expected))
      #expect(
        await refusal { _ = try await service.add([film("b", wrong)]) }
          == Refusal(422, expected.map { "titles[0].availability.\($0)" }))
      let empty = Availability(territories: [])
      #expect(await refusal { _ = try await set(empty, of: "a", service) } == Refusal(422, ["territories"]))
      let letters = (65...90).compactMap { Unicode.Scalar($0) }
      let all = letters.flatMap { first in letters.compactMap { Territory("\(first)\($0)") } }
      let many = Availability(territories: Array(all.prefix(250)))
      #expect(await refusal { _ = try await set(many, of: "a", service) } == Refusal(422, ["territories"]))
      #expect(try await set(Availability(territories: Array(all.prefix(249))), of: "a", service).availability != nil)
    }
  }

  @Test("A search finds what is open now where the caller is, and counts nothing else")
  func search() async throws {
    let time = Mutex(noon)
    let titles = [
      film("always", nil), film("soon", Availability(from: noon.adding(seconds: 10))),
      film("still", Availability(until: noon.adding(seconds: 10))), film("german", Availability(territories: german)),
    ]
    try await withCatalog(titles, clock: WallClock { time.withLock { $0 } }) { service async throws in
      func found(_ principal: Principal) async throws -> Set<String> {
        Set(
          try await service.search("film", by: principal).titleIds.compactMap { id in
            titles.compactMap(\.key).first { TitleID(seed: $0) == id }
          })
      }
      var vera = viewer(.eighteen)
      #expect(try await found(vera) == ["always", "still"])
      vera.territory = Territory("AT")
      #expect(try await found(vera) == ["always", "still", "german"])
      vera.territory = Territory("FR")
      #expect(try await found(vera) == ["always", "still"])
      time.withLock { $0 = noon.adding(seconds: 10) }
      #expect(try await found(vera) == ["always", "soon"])
      #expect(try await found(operatorCall) == ["always", "soon", "german"])
    }
  }
}

extension TestService {
  /// What catalog told so far, oldest first.
  fileprivate func changes() async throws -> [Title] {
    let answer = try await transport.send(
      TransportRequest(method: .get, target: "/internal/events?after=0", context: .test(.service("test"))))
    return try answer.body.split(separator: UInt8(ascii: "\n")).compactMap {
      try Event(json: Array($0)).body(TitleChanged.self)?.title
    }
  }
}
