-- What has been applied.
CREATE TABLE {migrations} (
    version    INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT;

-- Times are Unix microseconds, 0 for none. Text compares byte by byte.
CREATE TABLE {users} (
    id            TEXT    NOT NULL PRIMARY KEY,
    username      TEXT    NOT NULL UNIQUE,
    email         TEXT    UNIQUE,              -- NULL for none
    name          TEXT    NOT NULL,
    organization  TEXT    NOT NULL,
    aws_region    TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    active        INTEGER NOT NULL,
    password_hash TEXT    NOT NULL,            -- empty for none
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    last_login    INTEGER NOT NULL,
    revision      INTEGER NOT NULL             -- one more at each UPDATE
) STRICT;

-- What happened once and for all, such as the first account.
CREATE TABLE {marks} (
    name    TEXT    NOT NULL PRIMARY KEY,
    made_at INTEGER NOT NULL
) STRICT;

INSERT INTO {migrations} (version, name, applied_at) VALUES (1, '0001_users.sql', {now});
