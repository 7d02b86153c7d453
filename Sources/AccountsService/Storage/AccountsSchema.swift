import EventKit
import StorageKit

/// The tables of accounts: those of the kits, then its own. Append-only.
enum AccountsSchema {
  static let migrations: [Migration] = {
    var all = EventSchema.migrations(startingAt: 1)
    for more in [IdempotencySchema.migrations, own] { all += more(all.count + 1) }
    return all
  }()

  private static func own(startingAt first: Int) -> [Migration] {
    [
      Migration(
        first, "accounts, profiles, log-in sessions",
        """
        CREATE TABLE account (
          id TEXT NOT NULL PRIMARY KEY,
          email TEXT NOT NULL,
          email_key TEXT NOT NULL UNIQUE,
          password_hash TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
          display_name TEXT NOT NULL,
          country TEXT NOT NULL CHECK (length(country) = 2),
          plan TEXT NOT NULL CHECK (plan IN ('basic', 'standard', 'premium')),
          role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
          created_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE profile (
          id TEXT NOT NULL PRIMARY KEY,
          account_id TEXT NOT NULL REFERENCES account (id),
          name TEXT NOT NULL,
          name_key TEXT NOT NULL,
          language TEXT NOT NULL,
          maturity_limit TEXT NOT NULL CHECK (maturity_limit IN ('all', '7', '12', '16', '18')),
          kids INTEGER NOT NULL CHECK (kids IN (0, 1)),
          created_at INTEGER NOT NULL,
          UNIQUE (account_id, name_key),
          CHECK (kids = 0 OR maturity_limit IN ('all', '7'))
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE login_session (
          id TEXT NOT NULL PRIMARY KEY,
          account_id TEXT NOT NULL REFERENCES account (id),
          device_name TEXT NOT NULL,
          device_kind TEXT NOT NULL CHECK (device_kind IN ('web', 'phone', 'tablet', 'tv')),
          generation INTEGER NOT NULL CHECK (generation > 0),
          token_hash BLOB NOT NULL CHECK (length(token_hash) = 32),
          created_at INTEGER NOT NULL,
          refreshed_at INTEGER NOT NULL,
          expires_at INTEGER NOT NULL,
          ended_at INTEGER,
          end_reason TEXT CHECK (end_reason IN ('refreshTokenReused', 'signedOut', 'displaced')),
          CHECK ((ended_at IS NULL) = (end_reason IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX login_session_by_account ON login_session (account_id, refreshed_at) WHERE ended_at IS NULL;
        CREATE INDEX login_session_by_expiry ON login_session (expires_at);
        CREATE INDEX login_session_by_end ON login_session (ended_at) WHERE ended_at IS NOT NULL;
        """),
      Migration(
        first + 1, "networks of log-in sessions",
        """
        ALTER TABLE login_session ADD COLUMN network TEXT NOT NULL DEFAULT '';
        CREATE INDEX login_session_by_network ON login_session (account_id, network);
        """),
      EntitlementSchema.migration(first + 2),
      MailSchema.migration(first + 3),
      ProfileLockSchema.migration(first + 4),
      BindingSchema.migration(first + 5),
      DeviceCodeSchema.migration(first + 6),
      SigningKeySchema.migration(first + 7),
      ErasureSchema.erasedAccounts(first + 8),
      ErasureSchema.eventKeys(first + 9),
    ]
  }
}
