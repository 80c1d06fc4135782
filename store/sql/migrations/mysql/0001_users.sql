-- What has been applied. Everything up to the last statement may run twice.
CREATE TABLE IF NOT EXISTS {migrations} (
    version    INT          NOT NULL PRIMARY KEY,
    name       VARCHAR(255) NOT NULL,
    applied_at BIGINT       NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Times are Unix microseconds, 0 for none. What is compared is VARBINARY: no
-- collation that MySQL and MariaDB share tells 'a' from 'a '.
CREATE TABLE IF NOT EXISTS {users} (
    id            VARBINARY(255)  NOT NULL PRIMARY KEY,
    username      VARBINARY(255)  NOT NULL,
    email         VARBINARY(255)  NULL,        -- NULL for none
    name          TEXT            NOT NULL,
    organization  TEXT            NOT NULL,
    aws_region    VARBINARY(255)  NOT NULL,
    role          VARBINARY(255)  NOT NULL,
    active        BOOLEAN         NOT NULL,
    password_hash VARBINARY(1024) NOT NULL,    -- empty for none
    created_at    BIGINT          NOT NULL,
    updated_at    BIGINT          NOT NULL,
    last_login    BIGINT          NOT NULL,
    revision      BIGINT          NOT NULL,    -- one more at each UPDATE
    UNIQUE INDEX {prefix}users_username (username),
    UNIQUE INDEX {prefix}users_email (email)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What happened once and for all, such as the first account.
CREATE TABLE IF NOT EXISTS {marks} (
    name    VARBINARY(255) NOT NULL PRIMARY KEY,
    made_at BIGINT         NOT NULL
) ENGINE = InnoDB;

INSERT INTO {migrations} (version, name, applied_at) VALUES (1, '0001_users.sql', {now});
