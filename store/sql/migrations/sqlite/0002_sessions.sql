-- No foreign key: a host may keep its users elsewhere.
CREATE TABLE {sessions} (
    id         TEXT    NOT NULL PRIMARY KEY,
    user_id    TEXT    NOT NULL,
    stamp      TEXT    NOT NULL,
    user_agent BLOB    NOT NULL,               -- any bytes a client sent
    remote     TEXT    NOT NULL,               -- an IP address, or empty
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX {prefix}sessions_user_id ON {sessions} (user_id);

CREATE INDEX {prefix}sessions_expires_at ON {sessions} (expires_at);

INSERT INTO {migrations} (version, name, applied_at) VALUES (2, '0002_sessions.sql', {now});
