-- What happened, for the record. Nothing refers to it, and it to nothing.
CREATE TABLE {audit} (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    user_id    TEXT    NOT NULL,               -- whose account, or empty
    username   TEXT    NOT NULL,
    actor_id   TEXT    NOT NULL,               -- who did it, if another
    session_id TEXT    NOT NULL,
    remote     TEXT    NOT NULL,               -- an IP address, or empty
    user_agent TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    count      INTEGER NOT NULL,
    error      TEXT    NOT NULL                -- what a fault said, or empty
) STRICT;

CREATE INDEX {prefix}audit_at ON {audit} (at, id);

CREATE INDEX {prefix}audit_user_id ON {audit} (user_id, at, id);

INSERT INTO {migrations} (version, name, applied_at) VALUES (4, '0004_audit.sql', {now});
