import StorageKit

/// The tables of mail and of what links in mails prove. Append-only.
enum MailSchema {
  static func migration(_ number: Int) -> Migration {
    Migration(
      number, "verified addresses, mail, links",
      """
      CREATE TABLE account_new (
        id TEXT NOT NULL PRIMARY KEY,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL,
        email_verified_at INTEGER,
        password_hash TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
        display_name TEXT NOT NULL,
        country TEXT NOT NULL CHECK (length(country) = 2),
        plan TEXT NOT NULL CHECK (plan IN ('basic', 'standard', 'premium')),
        role TEXT NOT NULL CHECK (role IN ('viewer', 'operator')),
        created_at INTEGER NOT NULL,
        entitlements_told TEXT NOT NULL DEFAULT '',
        CHECK (email_key <> '' OR email_verified_at IS NULL)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO account_new
        (id, email, email_key, email_verified_at, password_hash, display_name, country, plan, role, created_at,
         entitlements_told)
        SELECT id, email, email_key, CASE role WHEN 'operator' THEN created_at END, password_hash, display_name,
          country, plan, role, created_at, entitlements_told
        FROM account;
      DROP TABLE account;
      ALTER TABLE account_new RENAME TO account;
      CREATE INDEX account_by_entitlements ON account (plan, entitlements_told);
      CREATE UNIQUE INDEX account_by_verified_address ON account (email_key) WHERE email_verified_at IS NOT NULL;
      CREATE INDEX account_by_address ON account (email_key, (email_verified_at IS NULL), id);

      CREATE TABLE mail (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('verification', 'passwordReset', 'addressChange', 'addressChangeConsent',
          'addressChanged', 'passwordChanged', 'newDevice')),
        account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
        address TEXT NOT NULL,
        device TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL CHECK (attempts >= 0),
        CHECK (account_id IS NOT NULL OR kind = 'passwordReset')
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX mail_by_due ON mail (due_at, id);
      CREATE INDEX mail_by_account ON mail (account_id);

      CREATE TABLE link (
        token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
        purpose TEXT NOT NULL
          CHECK (purpose IN ('verification', 'passwordReset', 'addressChange', 'addressChangeConsent')),
        account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        email_key TEXT NOT NULL CHECK (email_key <> ''),
        expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX link_by_account ON link (account_id, purpose);
      CREATE INDEX link_by_expiry ON link (expires_at);

      CREATE TABLE address_change (
        account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
        email TEXT NOT NULL,
        email_key TEXT NOT NULL CHECK (email_key <> ''),
        is_proved INTEGER NOT NULL CHECK (is_proved IN (0, 1)),
        is_agreed INTEGER NOT NULL CHECK (is_agreed IN (0, 1)),
        expires_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX address_change_by_expiry ON address_change (expires_at);

      CREATE INDEX login_session_by_device ON login_session (account_id, device_kind, device_name, network);
      """)
  }
}
