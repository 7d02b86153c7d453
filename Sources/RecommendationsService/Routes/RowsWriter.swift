import Contract
import RecommendationsAPI

/// Writes a ``RecommendedRows`` as JSON by hand: a page has some two hundred items that differ in little but the id,
/// and `JSONEncoder` would take more time over them than everything else together.
struct RowsWriter {
  private let shelf: Shelf
  private(set) var bytes: [UInt8] = []

  private init(_ shelf: Shelf, items: Int) {
    self.shelf = shelf
    bytes.reserveCapacity(4096 + items * 128)
  }

  static func page(
    _ rows: [PlannedRow], of shelf: Shelf, requestID: RequestID, modelVersion: String, basis: EventPosition,
    catalogBasis: EventPosition
  ) -> [UInt8] {
    var writer = RowsWriter(shelf, items: rows.reduce(0) { $0 + $1.items.count })
    writer.add("{")
    writer.addPage(requestID, modelVersion)
    writer.add(#","basis":"#)
    writer.add(basis)
    writer.add(#","catalogBasis":"#)
    writer.add(catalogBasis)
    writer.add(#","rows":["#)
    for (index, row) in rows.enumerated() {
      writer.add(index == 0 ? "{" : ",{")
      writer.add(row)
    }
    writer.add("]}")
    return writer.bytes
  }

  /// A row by itself: of a page, while that is remembered.
  static func row(_ row: PlannedRow, of shelf: Shelf, page: RequestID?, modelVersion: String) -> [UInt8] {
    var writer = RowsWriter(shelf, items: row.items.count)
    writer.add("{")
    writer.addPage(page, modelVersion)
    writer.add(",")
    writer.add(row)
    return writer.bytes
  }

  private mutating func addPage(_ requestID: RequestID?, _ modelVersion: String) {
    if let requestID {
      add(#""requestId":"#)
      addString(requestID.description)
      add(",")
    }
    add(#""modelVersion":"#)
    addString(modelVersion)
  }

  private mutating func add(_ position: EventPosition) {
    add(#"{"epoch":"#)
    addString(position.epoch)
    add(#","seq":"#)
    add(String(position.seq))
    add("}")
  }

  /// The row's members, and the end of its object.
  private mutating func add(_ row: PlannedRow) {
    add(#""id":"#)
    addString(row.subject.id)
    add(#","kind":"#)
    addString(row.subject.kind.rawValue)
    if let topic = row.subject.topic {
      add(#","topic":"#)
      addString(topic)
    }
    if let next = row.next {
      add(#","next":"#)
      addString(next.text)
    }
    add(#","items":["#)
    let usual = end(of: row.subject.reason)
    for (index, number) in row.items.enumerated() {
      add(index == 0 ? #"{"titleId":""# : #",{"titleId":""#)
      bytes += shelf.idText(number)
      bytes += row.reasons[number].map { end(of: $0) } ?? usual
      if let propensity = row.propensities[number] {
        add(#","propensity":"#)
        add(String(propensity))
      }
      add("}")
    }
    add("]}")
  }

  /// From the end of the id up to what differs between items.
  private func end(of reason: Reason) -> [UInt8] {
    var end = RowsWriter(shelf, items: 0)
    end.add(#"","reason":{"kind":"#)
    end.addString(reason.kind.rawValue)
    end.add(#","text":"#)
    end.addString(reason.text)
    if let title = reason.titleId {
      end.add(#","titleId":"#)
      end.addString(title.description)
    }
    end.add("}")
    return end.bytes
  }

  private mutating func add(_ text: StaticString) {
    text.withUTF8Buffer { bytes += $0 }
  }

  private mutating func add(_ text: String) { bytes += text.utf8 }

  private mutating func addString(_ text: String) { JSONText.append(text, to: &bytes) }
}
