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
    let page = sample.page([sample.watch("t0", share: 0.5)], bounds: PageBounds(rowItems: 1, genreRowItemsMinimum: 1))
    let rows = page.rows()
    let requestID = RequestID(at: noon)
    let basis = EventPosition(epoch: "0190\"", seq: .max)
    let catalogBasis = EventPosition(epoch: "c", seq: 7)
    let bytes = RowsWriter.page(rows, of: sample.shelf, requestID: requestID, basis: basis, catalogBasis: catalogBasis)
    let read = try JSON.decodeStrictly(RecommendedRows.self, from: bytes)
    #expect(read.requestId == requestID)
    #expect(read.basis == basis)
    #expect(read.catalogBasis == catalogBasis)
    #expect(read.rows.map(\.id) == rows.map(\.subject.id))
    #expect(read.rows.map(\.topic) == [nil, nil, nil, genre])
    #expect(read.rows.map(\.next) == rows.map { $0.next?.text })
    #expect(read.rows.map { $0.items.map(\.titleId) } == rows.map { $0.items.map { titleID(sample.names[Int($0)]) } })
    #expect(read.rows.map { $0.items[0].reason } == rows.map(\.subject.reason))
  }

  @Test("A page of nothing and a row of nothing are JSON too")
  func writesNothing() throws {
    let basis = EventPosition(epoch: "", seq: 0)
    let page = RowsWriter.page([], of: .empty, requestID: RequestID(at: noon), basis: basis, catalogBasis: basis)
    #expect(try JSON.decode(RecommendedRows.self, from: page).rows.isEmpty)
    let row = RowsWriter.row(PlannedRow(subject: .new, items: [], next: nil), of: .empty)
    #expect(try JSON.decode(RecommendedRow.self, from: row).items.isEmpty)
  }
}
