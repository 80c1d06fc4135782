-- What happened, for the record. Nothing refers to it, and it to nothing.
CREATE TABLE {audit} (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,      -- whose account, or empty
    username   TEXT   NOT NULL,
    actor_id   TEXT COLLATE "C" NOT NULL,      -- who did it, if another
    session_id TEXT COLLATE "C" NOT NULL,
    remote     TEXT   NOT NULL,                -- an IP address, or empty
    user_agent TEXT   NOT NULL,
    reason     TEXT   NOT NULL,
    count      BIGINT NOT NULL,
    error      TEXT   NOT NULL                 -- what a fault said, or empty
);

CREATE INDEX {prefix}audit_at ON {audit} (at, id);

CREATE INDEX {prefix}audit_user_id ON {audit} (user_id, at, id);

INSERT INTO {migrations} (version, name, applied_at) VALUES (4, '0004_audit.sql', {now});
