import StorageKit

/// What is remembered of models since they have to be ahead of a rival. Append-only.
enum ModelSchema {
  static let count = 1

  static func migrations(startingAt number: Int) -> [Migration] {
    [Migration(number, "models and their rivals", rivals)]
  }

  /// A state and a cause are new: SQLite changes no CHECK, so the table is made anew.
  private static let rivals = """
    ALTER TABLE model_version RENAME TO model_before;
    CREATE TABLE model_version (
      number INTEGER PRIMARY KEY,
      state TEXT NOT NULL
        CHECK (state IN ('published', 'refused', 'notAhead', 'damaged', 'otherFormat', 'removed')),
      trained_at INTEGER NOT NULL,
      cause TEXT NOT NULL CHECK (cause IN ('first', 'erasure', 'interactions', 'titles', 'age', 'asked', 'format')),
      profiles INTEGER NOT NULL CHECK (profiles >= 0),
      titles INTEGER NOT NULL CHECK (titles >= 0),
      interactions INTEGER NOT NULL CHECK (interactions >= 0),
      ndcg_at_100 REAL NOT NULL CHECK (ndcg_at_100 >= 0),
      held_out_profiles INTEGER NOT NULL CHECK (held_out_profiles >= 0),
      -- The best of what needs no training on the same profiles, and how far the model is ahead of it.
      rival TEXT CHECK (rival IN ('similarity', 'popularity')),
      rival_ndcg_at_100 REAL CHECK (rival_ndcg_at_100 >= 0),
      lead REAL,
      lead_standard_error REAL CHECK (lead_standard_error >= 0),
      ahead_at INTEGER,
      training_cpu_seconds REAL NOT NULL CHECK (training_cpu_seconds >= 0),
      -- Where `learning` and the catalogue stood when it was trained.
      changes INTEGER NOT NULL CHECK (changes >= 0),
      erasures INTEGER NOT NULL CHECK (erasures >= 0),
      catalogue INTEGER NOT NULL CHECK (catalogue >= 0),
      CHECK ((rival IS NULL) = (rival_ndcg_at_100 IS NULL)),
      CHECK ((rival IS NULL) = (lead IS NULL)),
      CHECK ((rival IS NULL) = (lead_standard_error IS NULL))
    ) STRICT;
    INSERT INTO model_version (
      number, state, trained_at, cause, profiles, titles, interactions, ndcg_at_100, held_out_profiles,
      training_cpu_seconds, changes, erasures, catalogue)
    SELECT number, state, trained_at, cause, profiles, titles, interactions, ndcg_at_100, held_out_profiles,
      training_cpu_seconds, changes, erasures, catalogue FROM model_before;
    DROP TABLE model_before;
    """
}
