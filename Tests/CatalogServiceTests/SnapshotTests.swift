import CatalogAPI
import ClientKit
import Contract
import EventKit
import TestKit
import Testing

@testable import CatalogService

@Suite struct SnapshotTests {
  @Test("The snapshot tells of every title, with the number of the event after which the feed goes on")
  func tellsEveryTitle() async throws {
    try await withCatalog { service in
      let feed = SourceFeed(service.transport, caller: "test")
      let snapshot = try await feed.snapshot()
      let titles = try snapshot.lines.map { try JSON.decode(TitleChanged.self, from: $0).title }
      #expect(titles.map { key($0.id) } == sampleTitles.map(\.key))
      #expect(snapshot.position.seq == Int64(sampleTitles.count))

      _ = try await service.add([NewTitle(key: "late", name: "Late", year: 2026, maturity: .all)])
      let after = try await feed.events(after: snapshot.position, limit: 10)
      let told = try after.events.compactMap { try Event(json: $0).body(TitleChanged.self)?.title }
      #expect(told.map(\.name) == ["Late"])
      #expect(after.epoch == snapshot.position.epoch)
    }
  }

  @Test("The events of a catalogue, applied in order, lead to what its snapshot tells")
  func agreesWithEvents() async throws {
    try await withCatalog { service in
      let feed = SourceFeed(service.transport, caller: "test")
      let page = try await feed.events(after: nil, limit: 100)
      let told = try page.events.compactMap { try Event(json: $0).body(TitleChanged.self)?.title }
      let kept = try await feed.snapshot().lines.map { try JSON.decode(TitleChanged.self, from: $0).title }
      #expect(told == kept)
      let events = try page.events.map { try Event(json: $0) }
      #expect(events.map(\.header.subject) == told.map(\.id.description))
    }
  }

  @Test("Nobody but a service is given the snapshot")
  func refusesOthers() async throws {
    try await withCatalog { service in
      for principal in [operatorCall, viewer(), .anonymous] {
        let response = try await service.transport.send(
          TransportRequest(method: .get, target: "/internal/snapshot", context: .test(principal)))
        #expect(response.status == (principal == .anonymous ? 401 : 403))
      }
    }
  }

  @Test("What was added is there after the service is started again")
  func survivesRestart() async throws {
    try await withTemporaryFolder("catalog") { home in
      let first = try await TestService.start(CatalogModule.self, home: home)
      _ = try await first.add(sampleTitles)
      try await first.stop()
      let second = try await TestService.start(CatalogModule.self, home: home)
      let again = try await second.add(sampleTitles)
      #expect((again.added, again.known) == (0, 5))
      let found = try await second.search("sintel")
      #expect(found.titleIds.map(key) == ["sintel"])
      try await second.stop()
    }
  }
}
