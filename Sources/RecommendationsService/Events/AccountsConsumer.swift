import AccountsAPI
import Contract
import EventKit
import StorageKit

/// What accounts tells: which profiles are to be forgotten. Who was erased stays erased.
enum AccountsConsumer {
  static let name = "recommendations-accounts"
  static let source = "/accounts"

  /// What past the retention only the snapshot tells. Nothing is reset: who was erased stays erased.
  static let rebuild = ConsumerRebuild(
    reset: { _ in },
    restore: { _, line, db in
      guard let erased = try JSON.decode(AccountsSnapshotLine.self, from: line).erasedAccount else { return }
      try erase(erased, in: db)
    })

  static func apply(_ event: Event, in db: SQLSession) throws {
    if let deleted = try event.body(ProfileDeleted.self) {
      try WatchStore.erase(deleted.profileId, at: event.header.time, in: db)
      db.truncateLogAfterCommit()
    } else if let erased = try event.body(AccountErased.self) {
      try erase(erased, in: db)
    }
  }

  private static func erase(_ erased: AccountErased, in db: SQLSession) throws {
    for profile in erased.profileIds { try WatchStore.erase(profile, at: erased.at, in: db) }
    db.truncateLogAfterCommit()
  }
}
