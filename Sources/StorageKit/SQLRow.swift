package import Contract
import GRDBSQLite

/// The row a statement stands on; valid only inside the closure it is given to. Columns count from 0.
///
/// The plain accessors are for `NOT NULL` columns of their type; a NULL reads as 0 or empty.
package struct SQLRow {
  private let statement: OpaquePointer

  init(_ statement: OpaquePointer) {
    self.statement = statement
  }

  package var count: Int { Int(sqlite3_column_count(statement)) }

  package func isNull(_ index: Int) -> Bool { sqlite3_column_type(statement, Int32(index)) == SQLITE_NULL }
  package func int(_ index: Int) -> Int { Int(sqlite3_column_int64(statement, Int32(index))) }
  package func int64(_ index: Int) -> Int64 { sqlite3_column_int64(statement, Int32(index)) }
  package func double(_ index: Int) -> Double { sqlite3_column_double(statement, Int32(index)) }
  package func bool(_ index: Int) -> Bool { sqlite3_column_int64(statement, Int32(index)) != 0 }

  package func text(_ index: Int) -> String {
    guard let bytes = sqlite3_column_text(statement, Int32(index)) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, Int32(index)))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The bytes of a BLOB, or of a TEXT as UTF-8.
  package func blob(_ index: Int) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(statement, Int32(index)) else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, Int32(index)))))
  }

  package func time(_ index: Int) -> Timestamp { Timestamp(milliseconds: int64(index)) }

  /// Throws ``StorageError/corrupt(_:)`` where the text is no identifier of that entity.
  package func id<Tag: IdentifierTag>(_ index: Int, of tag: Tag.Type = Tag.self) throws -> Identifier<Tag> {
    guard let id = Identifier<Tag>(text(index)) else { throw unreadable(index) }
    return id
  }

  /// Throws ``StorageError/corrupt(_:)`` where the text is none of the enum's values.
  package func choice<Choice: RawRepresentable<String>>(
    _ index: Int, as type: Choice.Type = Choice.self
  ) throws -> Choice {
    guard let choice = Choice(rawValue: text(index)) else { throw unreadable(index) }
    return choice
  }

  private func unreadable(_ index: Int) -> StorageError {
    let name = sqlite3_column_name(statement, Int32(index)).map { String(cString: $0) } ?? "\(index)"
    return .corrupt("column \(name) holds a value of another kind")
  }
}

// MARK: - Columns that may be NULL

extension SQLRow {
  package func intOrNil(_ index: Int) -> Int? { isNull(index) ? nil : int(index) }
  package func int64OrNil(_ index: Int) -> Int64? { isNull(index) ? nil : int64(index) }
  package func doubleOrNil(_ index: Int) -> Double? { isNull(index) ? nil : double(index) }
  package func boolOrNil(_ index: Int) -> Bool? { isNull(index) ? nil : bool(index) }
  package func textOrNil(_ index: Int) -> String? { isNull(index) ? nil : text(index) }
  package func blobOrNil(_ index: Int) -> [UInt8]? { isNull(index) ? nil : blob(index) }
  package func timeOrNil(_ index: Int) -> Timestamp? { isNull(index) ? nil : time(index) }

  package func idOrNil<Tag: IdentifierTag>(_ index: Int, of tag: Tag.Type = Tag.self) throws -> Identifier<Tag>? {
    isNull(index) ? nil : try id(index)
  }

  package func choiceOrNil<Choice: RawRepresentable<String>>(
    _ index: Int, as type: Choice.Type = Choice.self
  ) throws -> Choice? {
    isNull(index) ? nil : try choice(index)
  }
}
