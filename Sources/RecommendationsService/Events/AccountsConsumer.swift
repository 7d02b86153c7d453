import AccountsAPI
import Contract
import StorageKit

/// What accounts tells: which profiles are to be forgotten. It cannot be made anew, and need not be: who was erased
/// stays erased.
enum AccountsConsumer {
  static let name = "recommendations-accounts"
  static let source = "/accounts"

  static func apply(_ event: Event, in db: SQLSession) throws {
    guard let deleted = try event.body(ProfileDeleted.self) else { return }
    try WatchStore.erase(deleted.profileId, at: event.header.time, in: db)
  }
}
