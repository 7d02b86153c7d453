import CatalogAPI
import Contract
import Testing

@Suite struct EventGoldenTests {
  @Test("A title that changed reads from the JSON that was shipped, and writes what others read")
  func readsShippedJSON() throws {
    let shipped = """
      {"title":{"id":"ttl_7f5xydq8jz7s8rqe0k2wn5k9m3","kind":"film","name":"Sintel","year":2010,\
      "synopsis":"A lone young woman.","language":"en","countries":["NL"],"maturity":"12","runtimeSeconds":888,\
      "genres":["animation","fantasy"],"directors":["Colin Levy"],"cast":["Halina Reijn"],"licence":"CC-BY",\
      "video":{"assetId":"ast_7f5xydq8jz7s8rqe0k2wn5k9m4","durationSeconds":888.5,"maxHeight":1080},\
      "createdAt":"2026-11-22T20:15:00.250Z","somethingNew":1}}
      """
    let event = try JSON.decode(TitleChanged.self, from: Array(shipped.utf8))
    #expect(TitleChanged.type == "catalog.title.changed.v1")
    #expect(event.title.name == "Sintel")
    #expect(event.title.maturity == .twelve)
    #expect(event.title.video?.durationSeconds == 888.5)
    #expect(event.title.createdAt.description == "2026-11-22T20:15:00.250Z")
    let again = try JSON.decode(TitleChanged.self, from: JSON.encode(event))
    #expect(again.title == event.title)
  }

  @Test("A title without a video reads as one that cannot be played")
  func readsTitleWithoutVideo() throws {
    let shipped = """
      {"title":{"id":"ttl_7f5xydq8jz7s8rqe0k2wn5k9m3","kind":"series","name":"S","year":2010,"synopsis":"",\
      "language":"und","countries":[],"maturity":"all","runtimeSeconds":0,"genres":[],"directors":[],"cast":[],\
      "licence":"NOASSERTION","createdAt":"2026-11-22T20:15:00Z"}}
      """
    #expect(try JSON.decode(TitleChanged.self, from: Array(shipped.utf8)).title.video == nil)
  }
}
