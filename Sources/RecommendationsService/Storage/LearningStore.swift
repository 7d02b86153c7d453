import Contract
import StorageKit

/// All SQL about how far what models learn from has moved.
enum LearningStore {
  /// Counts that only grow: a model remembers those it was trained at.
  struct Progress: Sendable, Hashable {
    /// Labels that changed.
    var changes = 0
    /// Profiles that were forgotten.
    var erasures = 0
    /// Titles that catalog has told of.
    var catalogue = 0
  }

  static func progress(in db: SQLSession) throws -> Progress {
    try db.first(
      "SELECT changes, erasures, (SELECT COUNT(*) FROM title_facts) FROM learning WHERE only = 1",
      as: { Progress(changes: $0.int(0), erasures: $0.int(1), catalogue: $0.int(2)) }) ?? Progress()
  }

  /// Counts a change that is about to be written, where it makes another label of the profile and the title.
  static func note(
    _ title: TitleNumber, of profile: ProfileID, in db: SQLSession, _ change: (inout Interaction) -> Void
  ) throws {
    let before = try InteractionStore.interaction(of: profile, with: title, in: db)
    var after = before
    change(&after)
    if after.label != before.label { try noteChanges(1, in: db) }
  }

  static func noteChanges(_ count: Int, in db: SQLSession) throws {
    try db.execute("UPDATE learning SET changes = changes + ? WHERE only = 1", count)
  }

  /// From here on no model may serve that learnt from the profile, longer than it takes to train another.
  static func noteErasure(in db: SQLSession) throws {
    try db.execute("UPDATE learning SET changes = changes + 1, erasures = erasures + 1 WHERE only = 1")
  }
}
