import AccountsAPI
import Contract
import StorageKit

/// All SQL about profiles. What is asked for by account is never another account's.
enum ProfileStore {
  /// More than any account may have.
  private static let listMaximum = 50

  /// Oldest first; by the unique index on `account_id`.
  static func profiles(of account: AccountID, in db: SQLSession) throws -> [Profile] {
    try db.rows(
      "SELECT \(columns) FROM profile WHERE account_id = ? ORDER BY id LIMIT ?",
      account, listMaximum, as: profile)
  }

  /// Whosever it is.
  static func profile(_ id: ProfileID, in db: SQLSession) throws -> Profile? {
    try db.first("SELECT \(columns) FROM profile WHERE id = ?", id, as: profile)
  }

  /// Throws ``AccountsError/profileNotFound`` where there is none such or it is another account's.
  static func profile(_ id: ProfileID, of account: AccountID, in db: SQLSession) throws -> Profile {
    guard let profile = try profile(id, in: db), profile.accountId == account else {
      throw AccountsError.profileNotFound
    }
    return profile
  }

  static func count(of account: AccountID, in db: SQLSession) throws -> Int {
    try db.first("SELECT COUNT(*) FROM profile WHERE account_id = ?", account) { $0.int(0) } ?? 0
  }

  /// Calls `body` for each profile of everybody, in order of their ids.
  static func forEach(in db: SQLSession, _ body: (Profile) throws -> Void) throws {
    try db.forEach("SELECT \(columns) FROM profile ORDER BY id") { try body(profile($0)) }
  }

  /// Throws ``AccountsError/profileNameTaken``.
  static func insert(_ profile: Profile, nameKey: String, in db: SQLSession) throws {
    try refusingTakenName {
      try db.execute(
        """
        INSERT INTO profile (id, account_id, name, name_key, avatar, language, maturity_limit, kids, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        profile.id, profile.accountId, profile.name, nameKey, profile.avatar, profile.language, profile.maturityLimit,
        profile.kids, profile.createdAt)
    }
  }

  /// Throws ``AccountsError/profileNameTaken``.
  static func update(_ profile: Profile, nameKey: String, in db: SQLSession) throws {
    try refusingTakenName {
      try db.execute(
        """
        UPDATE profile SET name = ?, name_key = ?, avatar = ?, language = ?, maturity_limit = ?, kids = ?
        WHERE id = ? AND account_id = ?
        """,
        profile.name, nameKey, profile.avatar, profile.language, profile.maturityLimit, profile.kids, profile.id,
        profile.accountId)
    }
  }

  static func delete(_ id: ProfileID, of account: AccountID, in db: SQLSession) throws {
    let deleted = try db.execute("DELETE FROM profile WHERE id = ? AND account_id = ?", id, account)
    guard deleted == 1 else { throw AccountsError.profileNotFound }
  }

  private static func refusingTakenName(_ write: () throws -> Void) throws {
    do {
      try write()
    } catch let error as StorageError where error.isDuplicate {
      throw AccountsError.profileNameTaken
    }
  }

  private static let columns = """
    id, account_id, name, avatar, language, maturity_limit, kids,
    EXISTS (SELECT 1 FROM profile_pin WHERE profile_id = profile.id), pin_version, created_at
    """

  private static func profile(_ row: SQLRow) throws -> Profile {
    Profile(
      id: try row.id(0), accountId: try row.id(1), name: row.text(2), avatar: try row.choice(3), language: row.text(4),
      maturityLimit: try row.choice(5), kids: row.bool(6), hasPin: row.bool(7), pinVersion: row.int(8),
      createdAt: row.time(9))
  }
}
