import CatalogAPI
import Contract
import RecommendationsAPI
import Synchronization
import TestKit
import Testing

@testable import Gateway

/// Titles that may be shown for a time or in some countries, on the pages of the gateway; its neighbours mask nothing.
@Suite struct AvailabilityTests {
  private final class Time: Sendable {
    let now = Mutex(Timestamp(milliseconds: 1_800_000_000_000))

    var clock: WallClock { WallClock { self.now.withLock { $0 } } }

    func pass(seconds: Double) { now.withLock { $0 = $0.adding(seconds: seconds) } }
  }

  private let time = Time()

  private func names(_ page: JSONValue) -> [String] {
    page["rows"].items.flatMap { $0["cards"].items.compactMap { $0["name"].text } }
  }

  @Test("A kept page shows a title no more once its window has closed, and shows one that has opened, without an event")
  func keptPages() async throws {
    let now = time.clock.now()
    let titles = [
      Sample.title("Always"), Sample.title("Until", availability: Availability(until: now.adding(seconds: 10))),
      Sample.title("From", availability: Availability(from: now.adding(seconds: 10))),
    ]
    let pages = try Pages(titles, clock: time.clock)
    #expect(try await names(pages.home()) == ["Always", "Until"])
    #expect(try await names(pages.home()) == ["Always", "Until"])
    #expect(pages.recommendations.calls == 1 && pages.playback.calls == 1)
    time.pass(seconds: 10)
    #expect(try await names(pages.home()) == ["Always", "From"])
    #expect(pages.recommendations.calls == 2 && pages.playback.calls == 2)
    _ = try await pages.home()
    #expect(pages.recommendations.calls == 2)
  }

  @Test("A token of another country makes it another page")
  func otherCountry() async throws {
    let german = try #require(Territory("DE"))
    let pages = try Pages(
      [Sample.title("German", availability: Availability(territories: [german]))], clock: time.clock)
    #expect(try await names(pages.home(in: german)) == ["German"])
    #expect(try await names(pages.home(in: Territory("FR"))) == [])
    #expect(try await names(pages.home()) == [])
    #expect(pages.recommendations.calls == 3)
  }

  @Test("Nothing is named that may not be shown: no row is about it, no reason names it, fresh or outdated")
  func namesNothing() async throws {
    let closing = Sample.title("Closing", availability: Availability(until: time.clock.now().adding(seconds: 10)))
    let general = Sample.title("The General")
    let pages = try Pages([closing, general], clock: time.clock)
    pages.recommendations.answer { _ in
      var rows = Sample.rows([general])
      rows.rows[0].kind = .becauseYouWatched
      rows.rows[0].topic = closing.id.description
      let reason = Reason(kind: .watched, text: "Because of what you watched", titleId: closing.id)
      rows.rows.append(
        RecommendedRow(
          id: "topPicks", kind: .topPicks, items: [RecommendedItem(titleId: general.id, reason: reason)], next: nil))
      return rows
    }
    func text() async throws -> String { "\(try await pages.home())" }
    #expect(try await text().contains("Because you watched Closing"))
    time.pass(seconds: 10)
    #expect(try await !text().contains("Closing"))
    #expect(try await names(pages.home()).contains("The General"))
    // Kept from before, and all there is.
    time.pass(seconds: -10)
    _ = try await text()
    pages.recommendations.fail()
    time.pass(seconds: 10)
    #expect(try await !text().contains("Closing"))
  }

  @Test("The title page of what may not be shown is not there, and it is like nothing")
  func titlePage() async throws {
    let soon = Sample.title("Soon", availability: Availability(from: time.clock.now().adding(seconds: 10)))
    let general = Sample.title("The General")
    let pages = try Pages([soon, general], clock: time.clock)
    pages.recommendations.answer { _ in
      SimilarTitles(items: [RecommendedItem(titleId: soon.id, reason: Reason(kind: .similar, text: "Silent too"))])
    }
    pages.catalog.answer { _ in SearchResult(titleIds: [soon.id], genres: [], next: nil) }
    let refused = await #expect(throws: Problem.self) { try await pages.title(soon) }
    #expect(refused?.status == 404)
    #expect(try await pages.title(general)["similar"].items.isEmpty)
    #expect(try await pages.search("soon")["items"].items.isEmpty)
    time.pass(seconds: 10)
    #expect(try await pages.title(soon)["name"].text == "Soon")
    #expect(try await pages.search("soon")["items"].items.count == 1)
  }
}
