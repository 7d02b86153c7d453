import GRDB
import GRDBSQLite

/// One connection, inside one read or write; valid only inside the closure it is given to.
///
/// Statements are kept by their text, so the text is a constant and every value is a bound `?`.
package struct SQLSession {
  private let database: Database
  private let afterCommit: AfterCommit?
  private var connection: OpaquePointer? { database.sqliteConnection }

  init(_ database: Database, afterCommit: AfterCommit? = nil) {
    self.database = database
    self.afterCommit = afterCommit
  }

  /// Has the write-ahead log emptied into the file once this write is committed and no reader needs it any more, so
  /// that what was deleted is not left in the log. In a read it does nothing.
  package func truncateLogAfterCommit() {
    afterCommit?.truncatesLog = true
  }

  /// Runs one statement to its end; answers how many rows it inserted, changed or deleted.
  @discardableResult
  package func execute(_ sql: String, _ arguments: (any SQLValue)?...) throws -> Int {
    try execute(sql, arguments: arguments)
  }

  @discardableResult
  package func execute(_ sql: String, arguments: [(any SQLValue)?]) throws -> Int {
    var isReadOnly = false
    try withStatement(sql, arguments) { statement in
      while try step(statement) {}
      isReadOnly = sqlite3_stmt_readonly(statement) != 0
    }
    return isReadOnly ? 0 : Int(sqlite3_changes(connection))
  }

  /// The first row, if there is one. Also the way to read a `RETURNING`.
  package func first<T>(
    _ sql: String, _ arguments: (any SQLValue)?..., as map: (SQLRow) throws -> T
  ) throws -> T? {
    try first(sql, arguments: arguments, as: map)
  }

  package func first<T>(
    _ sql: String, arguments: [(any SQLValue)?], as map: (SQLRow) throws -> T
  ) throws -> T? {
    var found: T?
    try withStatement(sql, arguments) { statement in
      guard try step(statement) else { return }
      found = try map(SQLRow(statement))
      // A RETURNING statement has done all its changes by its first row; the rest are only fetched.
      if sqlite3_stmt_readonly(statement) == 0 { while try step(statement) {} }
    }
    return found
  }

  /// Every row; the statement itself carries the `LIMIT`.
  package func rows<T>(
    _ sql: String, _ arguments: (any SQLValue)?..., as map: (SQLRow) throws -> T
  ) throws -> [T] {
    try rows(sql, arguments: arguments, as: map)
  }

  package func rows<T>(
    _ sql: String, arguments: [(any SQLValue)?], as map: (SQLRow) throws -> T
  ) throws -> [T] {
    var rows: [T] = []
    try withStatement(sql, arguments) { statement in
      while try step(statement) { rows.append(try map(SQLRow(statement))) }
    }
    return rows
  }

  package func forEach(
    _ sql: String, _ arguments: (any SQLValue)?..., body: (SQLRow) throws -> Void
  ) throws {
    try withStatement(sql, arguments) { statement in
      while try step(statement) { try body(SQLRow(statement)) }
    }
  }

  /// Runs `body` so that what it throws undoes only what it did.
  package func savepoint<T>(_ body: () throws -> T) throws -> T {
    try execute("SAVEPOINT nested")
    do {
      let value = try body()
      try execute("RELEASE nested")
      return value
    } catch {
      // SQLite may have rolled everything back by itself, above all when the disk is full.
      if isInTransaction {
        try execute("ROLLBACK TO nested")
        try execute("RELEASE nested")
      }
      throw error
    }
  }

  /// The rowid of the row inserted last.
  package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(connection) }
}

// MARK: - Statements

extension SQLSession {
  /// Several statements without arguments, as a migration has them.
  func executeScript(_ sql: String) throws {
    do {
      try database.execute(sql: sql)
    } catch {
      throw StorageError.from(error)
    }
  }

  /// False once SQLite has rolled the whole transaction back by itself, as it may when the disk is full.
  var isInTransaction: Bool { sqlite3_get_autocommit(connection) == 0 }

  /// Rows changed since the connection was opened, those rolled back included.
  var totalChanges: Int { Int(sqlite3_total_changes(connection)) }

  /// Whether a deferred foreign key is unmet: the commit would fail.
  var hasUnmetForeignKeys: Bool {
    var unmet: Int32 = 0
    var highest: Int32 = 0
    sqlite3_db_status(connection, SQLITE_DBSTATUS_DEFERRED_FKS, &unmet, &highest, 0)
    return unmet != 0
  }

  private func withStatement(
    _ sql: String, _ arguments: [(any SQLValue)?], _ body: (OpaquePointer) throws -> Void
  ) throws {
    let prepared = try prepare(sql)
    try withExtendedLifetime(prepared) {
      let statement = prepared.sqliteStatement
      defer {
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
      }
      try bind(arguments, to: statement, of: sql)
      try body(statement)
    }
  }

  private func prepare(_ sql: String) throws -> Statement {
    do {
      let kept = try database.cachedStatement(sql: sql)
      // A statement used again inside its own rows needs a second copy.
      return sqlite3_stmt_busy(kept.sqliteStatement) == 0 ? kept : try database.makeStatement(sql: sql)
    } catch {
      throw StorageError.from(error)
    }
  }

  private func bind(_ arguments: [(any SQLValue)?], to statement: OpaquePointer, of sql: String) throws {
    guard arguments.count == Int(sqlite3_bind_parameter_count(statement)) else {
      throw StorageError.other(
        code: Int(SQLITE_MISUSE), message: "\(arguments.count) arguments are given to: \(sql)")
    }
    for (offset, argument) in arguments.enumerated() {
      let index = Int32(offset + 1)
      let code =
        switch argument?.sqlArgument {
        case nil: sqlite3_bind_null(statement, index)
        case .integer(let value): sqlite3_bind_int64(statement, index, value)
        case .real(let value): sqlite3_bind_double(statement, index, value)
        case .text(let value): Self.bind(value, to: statement, at: index)
        case .blob(let value): Self.bind(value, to: statement, at: index)
        }
      guard code == SQLITE_OK else { throw failure(code) }
    }
  }

  private static func bind(_ text: String, to statement: OpaquePointer, at index: Int32) -> Int32 {
    // An empty string may have no address, and a null pointer would bind NULL.
    if text.isEmpty { return sqlite3_bind_text(statement, index, "", 0, copied) }
    var text = text
    return text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) {
        sqlite3_bind_text(statement, index, $0.baseAddress, Int32($0.count), copied)
      }
    }
  }

  private static func bind(_ blob: [UInt8], to statement: OpaquePointer, at index: Int32) -> Int32 {
    blob.isEmpty
      ? sqlite3_bind_zeroblob(statement, index, 0)
      : sqlite3_bind_blob(statement, index, blob, Int32(blob.count), copied)
  }

  /// Whether there is a row.
  private func step(_ statement: OpaquePointer) throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw failure(code)
    }
  }

  private func failure(_ code: Int32) -> StorageError {
    StorageError(code: code, message: String(cString: sqlite3_errmsg(connection)))
  }
}

/// SQLITE_TRANSIENT: SQLite makes its own copy.
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

/// What a group of writes has asked for; used on the writer's thread alone.
final class AfterCommit {
  var truncatesLog = false
}
