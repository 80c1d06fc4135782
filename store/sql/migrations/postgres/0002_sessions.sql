-- No foreign key: a host may keep its users elsewhere.
CREATE TABLE {sessions} (
    id         TEXT COLLATE "C" PRIMARY KEY,
    user_id    TEXT COLLATE "C" NOT NULL,
    stamp      TEXT COLLATE "C" NOT NULL,
    user_agent BYTEA  NOT NULL,                -- any bytes a client sent
    remote     TEXT   NOT NULL,                -- an IP address, or empty
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    last_seen  BIGINT NOT NULL
);

CREATE INDEX {prefix}sessions_user_id ON {sessions} (user_id);

CREATE INDEX {prefix}sessions_expires_at ON {sessions} (expires_at);

INSERT INTO {migrations} (version, name, applied_at) VALUES (2, '0002_sessions.sql', {now});
