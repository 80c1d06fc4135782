-- What has been applied.
CREATE TABLE {migrations} (
    version    INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL,
    applied_at BIGINT  NOT NULL
);

-- Times are Unix microseconds, 0 for none. Text compares byte by byte.
CREATE TABLE {users} (
    id            TEXT COLLATE "C" PRIMARY KEY,
    username      TEXT COLLATE "C" NOT NULL UNIQUE,
    email         TEXT COLLATE "C" UNIQUE,     -- NULL for none
    name          TEXT    NOT NULL,
    organization  TEXT    NOT NULL,
    aws_region    TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    active        BOOLEAN NOT NULL,
    password_hash TEXT COLLATE "C" NOT NULL,   -- empty for none
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    last_login    BIGINT  NOT NULL,
    revision      BIGINT  NOT NULL             -- one more at each UPDATE
);

-- What happened once and for all, such as the first account.
CREATE TABLE {marks} (
    name    TEXT COLLATE "C" PRIMARY KEY,
    made_at BIGINT NOT NULL
);

INSERT INTO {migrations} (version, name, applied_at) VALUES (1, '0001_users.sql', {now});
