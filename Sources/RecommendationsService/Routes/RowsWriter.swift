import Contract
import RecommendationsAPI

/// Writes a ``RecommendedRows`` as JSON by hand: a page has some two hundred items that differ in nothing but the id,
/// and `JSONEncoder` would take more time over them than everything else together.
struct RowsWriter {
  private let shelf: Shelf
  private(set) var bytes: [UInt8] = []

  private init(_ shelf: Shelf, items: Int) {
    self.shelf = shelf
    bytes.reserveCapacity(4096 + items * 128)
  }

  static func page(
    _ rows: [PlannedRow], of shelf: Shelf, requestID: RequestID, basis: EventPosition, catalogBasis: EventPosition
  ) -> [UInt8] {
    var writer = RowsWriter(shelf, items: rows.reduce(0) { $0 + $1.items.count })
    writer.add(#"{"requestId":"#)
    writer.addString(requestID.description)
    writer.add(#","basis":"#)
    writer.add(basis)
    writer.add(#","catalogBasis":"#)
    writer.add(catalogBasis)
    writer.add(#","rows":["#)
    for (index, row) in rows.enumerated() {
      if index > 0 { writer.add(",") }
      writer.add(row)
    }
    writer.add("]}")
    return writer.bytes
  }

  static func row(_ row: PlannedRow, of shelf: Shelf) -> [UInt8] {
    var writer = RowsWriter(shelf, items: row.items.count)
    writer.add(row)
    return writer.bytes
  }

  private mutating func add(_ position: EventPosition) {
    add(#"{"epoch":"#)
    addString(position.epoch)
    add(#","seq":"#)
    add(String(position.seq))
    add("}")
  }

  private mutating func add(_ row: PlannedRow) {
    add(#"{"id":"#)
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
    let reason = row.subject.reason
    var end = RowsWriter(shelf, items: 0)
    end.add(#"","reason":{"kind":"#)
    end.addString(reason.kind.rawValue)
    end.add(#","text":"#)
    end.addString(reason.text)
    end.add("}}")
    for (index, number) in row.items.enumerated() {
      add(index == 0 ? #"{"titleId":""# : #",{"titleId":""#)
      bytes += shelf.idText(number)
      bytes += end.bytes
    }
    add("]}")
  }

  private mutating func add(_ text: StaticString) {
    text.withUTF8Buffer { bytes += $0 }
  }

  private mutating func add(_ text: String) { bytes += text.utf8 }

  /// A JSON string (RFC 8259 §7): quotes, backslashes and control characters escaped.
  private mutating func addString(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes += "\\u00".utf8
        bytes += [byte >> 4, byte & 15].map { $0 < 10 ? 48 + $0 : 87 + $0 }
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
