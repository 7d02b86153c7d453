CREATE TABLE "account" (
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

CREATE TABLE address_change (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL CHECK (email_key <> ''),
  is_proved INTEGER NOT NULL CHECK (is_proved IN (0, 1)),
  is_agreed INTEGER NOT NULL CHECK (is_agreed IN (0, 1)),
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE consumer_cursor (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL CHECK (seq >= 0),
  is_restoring INTEGER NOT NULL CHECK (is_restoring IN (0, 1)),
  PRIMARY KEY (consumer, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE device_code (
  hash BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),
  user_code TEXT NOT NULL UNIQUE CHECK (length(user_code) = 8),
  device_name TEXT NOT NULL,
  device_kind TEXT NOT NULL CHECK (device_kind IN ('web', 'phone', 'tablet', 'tv')),
  network TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  account_id TEXT REFERENCES account (id) ON DELETE CASCADE,
  decision TEXT CHECK (decision IN ('approve', 'deny')),
  CHECK ((account_id IS NULL) = (decision IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_account (
  id TEXT NOT NULL PRIMARY KEY,
  profile_ids TEXT NOT NULL,
  erased_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_key (
  account_id TEXT NOT NULL PRIMARY KEY REFERENCES account (id),
  key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE failing_subject (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  subject TEXT NOT NULL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  error TEXT NOT NULL,
  dead_letter TEXT,
  PRIMARY KEY (consumer, source, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_key (
  scope TEXT NOT NULL,
  key TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
  request_hash TEXT NOT NULL,
  status INTEGER NOT NULL,
  body BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE link (
  token_hash BLOB NOT NULL PRIMARY KEY CHECK (length(token_hash) = 32),
  purpose TEXT NOT NULL
    CHECK (purpose IN ('verification', 'passwordReset', 'addressChange', 'addressChangeConsent')),
  account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  email_key TEXT NOT NULL CHECK (email_key <> ''),
  expires_at INTEGER NOT NULL
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
  end_reason TEXT CHECK (end_reason IN ('refreshTokenReused', 'signedOut', 'displaced')), network TEXT NOT NULL DEFAULT '', profile_id TEXT, binding_version INTEGER NOT NULL DEFAULT 0 CHECK (binding_version >= 0), bound_at INTEGER NOT NULL DEFAULT 0,
  CHECK ((ended_at IS NULL) = (end_reason IS NULL))
) STRICT, WITHOUT ROWID;

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

CREATE TABLE outbox (
  seq INTEGER NOT NULL PRIMARY KEY CHECK (seq > 0),
  created_at INTEGER NOT NULL,
  json BLOB NOT NULL
) STRICT;

CREATE TABLE outbox_state (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch TEXT NOT NULL,
  last_seq INTEGER NOT NULL CHECK (last_seq >= 0)
) STRICT;

CREATE TABLE parked_event (
  consumer TEXT NOT NULL,
  source TEXT NOT NULL,
  subject TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  json BLOB NOT NULL,
  PRIMARY KEY (consumer, source, subject, epoch, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile (
  id TEXT NOT NULL PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  language TEXT NOT NULL,
  maturity_limit TEXT NOT NULL CHECK (maturity_limit IN ('all', '7', '12', '16', '18')),
  kids INTEGER NOT NULL CHECK (kids IN (0, 1)),
  created_at INTEGER NOT NULL, avatar TEXT NOT NULL DEFAULT 'fox' CHECK (length(avatar) BETWEEN 1 AND 32), pin_version INTEGER NOT NULL DEFAULT 0 CHECK (pin_version >= 0),
  UNIQUE (account_id, name_key),
  CHECK (kids = 0 OR maturity_limit IN ('all', '7'))
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_pin (
  profile_id TEXT NOT NULL PRIMARY KEY REFERENCES profile (id) ON DELETE CASCADE,
  pin_hash TEXT NOT NULL CHECK (pin_hash LIKE '$argon2id$%'),
  tries INTEGER NOT NULL CHECK (tries >= 0),
  retry_at INTEGER NOT NULL CHECK (retry_at >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE profile_unlock (
  login_session_id TEXT NOT NULL REFERENCES login_session (id) ON DELETE CASCADE,
  profile_id TEXT NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
  unlocked_at INTEGER NOT NULL,
  PRIMARY KEY (login_session_id, profile_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE schema_migration (
  number INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE signing_key (
  number INTEGER NOT NULL PRIMARY KEY CHECK (number > 0),
  made_at INTEGER NOT NULL,
  signs_from INTEGER NOT NULL CHECK (signs_from >= made_at)
) STRICT;

CREATE INDEX account_by_address ON account (email_key, (email_verified_at IS NULL), id);

CREATE INDEX account_by_entitlements ON account (plan, entitlements_told);

CREATE UNIQUE INDEX account_by_verified_address ON account (email_key) WHERE email_verified_at IS NOT NULL;

CREATE INDEX address_change_by_expiry ON address_change (expires_at);

CREATE INDEX device_code_by_account ON device_code (account_id) WHERE account_id IS NOT NULL;

CREATE INDEX device_code_by_expiry ON device_code (expires_at);

CREATE INDEX idempotency_key_by_expiry ON idempotency_key (expires_at);

CREATE INDEX link_by_account ON link (account_id, purpose);

CREATE INDEX link_by_expiry ON link (expires_at);

CREATE INDEX login_session_by_account ON login_session (account_id, refreshed_at) WHERE ended_at IS NULL;

CREATE INDEX login_session_by_binding ON login_session (bound_at) WHERE bound_at > 0;

CREATE INDEX login_session_by_device ON login_session (account_id, device_kind, device_name, network);

CREATE INDEX login_session_by_end ON login_session (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX login_session_by_expiry ON login_session (expires_at);

CREATE INDEX login_session_by_network ON login_session (account_id, network);

CREATE INDEX login_session_by_profile ON login_session (profile_id) WHERE profile_id IS NOT NULL;

CREATE INDEX mail_by_account ON mail (account_id);

CREATE INDEX mail_by_due ON mail (due_at, id);

CREATE INDEX profile_unlock_by_profile ON profile_unlock (profile_id);
