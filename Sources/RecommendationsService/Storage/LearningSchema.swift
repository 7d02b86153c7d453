import StorageKit

/// What the model learns from beside watching, and which versions of it there were. Append-only.
enum LearningSchema {
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "opinions, picks and models",
      """
      -- What a profile says of a title, as playback tells. A row that says nothing is not there.
      CREATE TABLE opinion (
        profile TEXT NOT NULL,
        title INTEGER NOT NULL REFERENCES title (number),
        thumbs TEXT NOT NULL CHECK (thumbs IN ('none', 'down', 'up', 'love')),
        thumbs_at INTEGER NOT NULL,
        is_listed INTEGER NOT NULL CHECK (is_listed IN (0, 1)),
        listed_at INTEGER NOT NULL,
        PRIMARY KEY (profile, title)
      ) STRICT, WITHOUT ROWID;

      -- What a new profile said it likes: told to this service alone, so no rebuild drops it.
      CREATE TABLE pick (
        profile TEXT NOT NULL,
        title INTEGER NOT NULL REFERENCES title (number),
        picked_at INTEGER NOT NULL,
        PRIMARY KEY (profile, title)
      ) STRICT, WITHOUT ROWID;

      -- How often what is learnt from has changed, and how often a profile had to be forgotten.
      CREATE TABLE learning (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        changes INTEGER NOT NULL CHECK (changes >= 0),
        erasures INTEGER NOT NULL CHECK (erasures >= 0),
        -- The version that operators hold on to; 0 where the newest good one serves.
        pinned_model INTEGER NOT NULL CHECK (pinned_model >= 0)
      ) STRICT;
      INSERT INTO learning (only, changes, erasures, pinned_model) VALUES (1, 0, 0, 0);

      CREATE TABLE model_version (
        number INTEGER PRIMARY KEY,
        state TEXT NOT NULL CHECK (state IN ('published', 'refused', 'damaged', 'removed')),
        trained_at INTEGER NOT NULL,
        cause TEXT NOT NULL CHECK (cause IN ('first', 'erasure', 'interactions', 'titles', 'age', 'asked')),
        profiles INTEGER NOT NULL CHECK (profiles >= 0),
        titles INTEGER NOT NULL CHECK (titles >= 0),
        interactions INTEGER NOT NULL CHECK (interactions >= 0),
        ndcg_at_100 REAL NOT NULL CHECK (ndcg_at_100 >= 0),
        held_out_profiles INTEGER NOT NULL CHECK (held_out_profiles >= 0),
        training_cpu_seconds REAL NOT NULL CHECK (training_cpu_seconds >= 0),
        -- Where `learning` and the catalogue stood when it was trained.
        changes INTEGER NOT NULL CHECK (changes >= 0),
        erasures INTEGER NOT NULL CHECK (erasures >= 0),
        catalogue INTEGER NOT NULL CHECK (catalogue >= 0)
      ) STRICT;
      """)
  }
}
