import CatalogAPI
import Contract
import TestKit
import Testing

@Suite struct EventGoldenTests {
  @Test("A title that changed reads and writes as it was shipped")
  func readsShippedJSON() throws {
    let event = try Golden.event(TitleChanged.self)
    #expect(event.title.name == "Sintel")
    #expect(event.title.maturity == .twelve)
    #expect(event.title.video?.durationSeconds == 888.5)
    #expect(event.title.availability?.territories == ["DE", "AT"].compactMap { Territory($0) })
    #expect(event.title.createdAt.description == "2026-11-22T20:15:00.250Z")
  }

  @Test("A title without a video or an availability reads as one that cannot be played, for everywhere")
  func readsTitleWithoutVideo() throws {
    let shipped = """
      {"title":{"id":"ttl_7f5xydq8jz7s8rqe0k2wn5k9m3","kind":"series","name":"S","year":2010,"synopsis":"",\
      "language":"und","countries":[],"maturity":"all","runtimeSeconds":0,"genres":[],"directors":[],"cast":[],\
      "licence":"NOASSERTION","createdAt":"2026-11-22T20:15:00Z"}}
      """
    let title = try JSON.decode(TitleChanged.self, from: Array(shipped.utf8)).title
    #expect(title.video == nil && title.availability == nil)
  }
}
