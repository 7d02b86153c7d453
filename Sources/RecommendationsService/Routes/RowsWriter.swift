import Contract
import RecommendationsAPI

/// Writes a ``RecommendedRows`` as JSON by hand: a page has some two hundred items that differ in nothing but the id,
/// and `JSONEncoder` would take more time over them than everything else together.
struct RowsWriter {
  private(set) var bytes: [UInt8] = []

  static func page(
    _ rows: [PlannedRow], of shelf: Shelf, requestID: RequestID, basis: EventPosition
  ) throws -> [UInt8] {
    var writer = RowsWriter()
    writer.bytes.reserveCapacity(512 + rows.reduce(0) { $0 + 200 + $1.items.count * 120 })
    writer.add(#"{"requestId":"\#(requestID)","basis":"#)
    writer.bytes += try JSON.encode(basis)
    writer.add(#","rows":["#)
    for (index, row) in rows.enumerated() {
      if index > 0 { writer.add(",") }
      try writer.add(row, of: shelf)
    }
    writer.add("]}")
    return writer.bytes
  }

  static func row(_ row: PlannedRow, of shelf: Shelf) throws -> [UInt8] {
    var writer = RowsWriter()
    try writer.add(row, of: shelf)
    return writer.bytes
  }

  /// The row without its items goes through the encoder, so that its texts are escaped; the items are spliced in.
  private mutating func add(_ row: PlannedRow, of shelf: Shelf) throws {
    let head = Head(
      id: row.subject.id, kind: row.subject.kind, topic: row.subject.topic, next: row.next?.text)
    bytes += try JSON.encode(head).dropLast()
    add(#","items":["#)
    let reason = Array(#"","reason":"#.utf8) + (try JSON.encode(row.subject.reason)) + Array("}".utf8)
    var isFirst = true
    for number in row.items {
      guard let facts = shelf.facts[Int(number)] else { continue }
      add(isFirst ? #"{"titleId":""# : #",{"titleId":""#)
      add(facts.id.description)
      bytes += reason
      isFirst = false
    }
    add("]}")
  }

  private mutating func add(_ text: String) { bytes += text.utf8 }

  private struct Head: Encodable {
    let id: String
    let kind: RecommendedRow.Kind
    let topic: String?
    let next: String?
  }
}
