package import Contract
import GRDB
import GRDBSQLite

/// What can go wrong between a store and its file; stores turn the ones they expect into domain errors.
package enum StorageError: Error, Sendable, Equatable {
  /// No space, or the disk refuses to write. Nothing was changed; reading goes on.
  case full
  /// A constraint of the schema: its kind, and the table and columns (or constraint) SQLite names.
  case constraint(ConstraintKind, String)
  /// The file or a value in it is not what it must be.
  case corrupt(String)
  /// Too many writes are waiting, or another process holds the lock for too long.
  case busy
  /// The database was closed.
  case closed
  /// Everything else, by SQLite's extended result code.
  case other(code: Int, message: String)

  package enum ConstraintKind: Sendable {
    case unique, primaryKey, foreignKey, notNull, check, trigger, other
  }

  /// Whether an insert met a row that is already there.
  package var isDuplicate: Bool {
    switch self {
    case .constraint(.unique, _), .constraint(.primaryKey, _): true
    default: false
    }
  }
}

extension StorageError: ProblemConvertible {
  package var problem: Problem {
    switch self {
    case .full: .insufficientStorage
    case .busy: .unavailable("Too many writes are waiting.")
    case .closed: .unavailable("The service is stopping.")
    case .constraint, .corrupt, .other: .internalError
    }
  }
}

extension StorageError {
  /// Classifies by extended result code; the message only says what is concerned.
  init(code: Int32, message: String) {
    switch code & 0xFF {
    case SQLITE_FULL: self = .full
    case SQLITE_IOERR: self = Self.ofDisk(code, message)
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
    case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(message)
    case SQLITE_CONSTRAINT: self = .constraint(Self.kind(code), Self.subject(of: message))
    default: self = .other(code: Int(code), message: message)
    }
  }

  /// GRDB reports through its own error when it opens a file or prepares a statement.
  static func from(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    return StorageError(code: error.extendedResultCode.rawValue, message: error.message ?? "")
  }

  /// A write the disk refuses is shown as "no space": the client's remedy is the same, and nothing was changed.
  private static func ofDisk(_ code: Int32, _ message: String) -> StorageError {
    let operation = code >> 8
    let writes: [Int32] = [3, 4, 5, 6, 18, 19, 20, 21]  // WRITE, FSYNC, DIR_FSYNC, TRUNCATE, SHMOPEN … SHMMAP
    return writes.contains(operation) ? .full : .other(code: Int(code), message: message)
  }

  private static func kind(_ code: Int32) -> ConstraintKind {
    switch code >> 8 {
    case 1: .check
    case 3: .foreignKey
    case 5: .notNull
    case 6: .primaryKey
    case 7: .trigger
    case 8: .unique
    default: .other
    }
  }

  /// `UNIQUE constraint failed: account.email` → `account.email`
  private static func subject(of message: String) -> String {
    message.firstIndex(of: ":").map { String(message[message.index($0, offsetBy: 2)...]) } ?? message
  }
}
