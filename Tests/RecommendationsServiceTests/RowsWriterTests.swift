import Contract
import RecommendationsAPI
import Testing

@testable import RecommendationsService

@Suite struct RowsWriterTests {
  @Test("What is written by hand reads as what it was made of, whatever a genre is called")
  func readsBack() throws {
    let genre = "a\"b\\c\u{1}\n東京 🎬"
    let names = (0..<5).map { "t\($0)" }
    let sample = SampleShelf(names.map { facts($0, genres: [genre]) }, named: names, plays: ["t1": 3])
    var rows = sample.rows(
      [sample.watch("t0", share: 0.5)], bounds: PageBounds(rowItems: 1, genreRowItemsMinimum: 1))
    let explored = Reason(kind: .watched, text: "Because", titleId: titleID("t9"))
    rows[1].reasons[rows[1].items[0]] = explored
    rows[1].propensities[rows[1].items[0]] = 0.05
    let requestID = RequestID(at: noon)
    let basis = EventPosition(epoch: "0190\"", seq: .max)
    let catalogBasis = EventPosition(epoch: "c", seq: 7)
    let bytes = RowsWriter.page(
      rows, of: sample.shelf, requestID: requestID, modelVersion: "m\"1", basis: basis, catalogBasis: catalogBasis)
    let read = try JSON.decodeStrictly(RecommendedRows.self, from: bytes)
    #expect(read.requestId == requestID)
    #expect(read.modelVersion == "m\"1")
    #expect(read.basis == basis)
    #expect(read.catalogBasis == catalogBasis)
    #expect(read.rows.map(\.id) == rows.map(\.subject.id))
    #expect(read.rows.compactMap(\.topic).contains(genre))
    #expect(read.rows.map(\.next) == rows.map { $0.next?.text })
    #expect(read.rows.map { $0.items.map(\.titleId) } == rows.map { $0.items.map { titleID(sample.names[Int($0)]) } })
    #expect(read.rows.map { $0.items[0].reason } == rows.map { $0.reason(of: $0.items[0]) })
    #expect(read.rows[1].items[0].reason == explored)
    #expect(read.rows.map { $0.items[0].propensity } == rows.indices.map { $0 == 1 ? 0.05 : nil })
  }

  @Test("A page of nothing and a row of nothing are JSON too")
  func writesNothing() throws {
    let basis = EventPosition(epoch: "", seq: 0)
    let page = RowsWriter.page(
      [], of: .empty, requestID: RequestID(at: noon), modelVersion: "m", basis: basis, catalogBasis: basis)
    #expect(try JSON.decode(RecommendedRows.self, from: page).rows.isEmpty)
    let row = RowsWriter.row(
      PlannedRow(subject: .new, items: []), of: .empty, page: RequestID(at: noon), modelVersion: "m")
    let read = try JSON.decodeStrictly(RecommendedRow.self, from: row)
    #expect(read.items.isEmpty)
    #expect(read.requestId != nil)
    #expect(read.modelVersion == "m")
  }
}
