-- No foreign key: a host may keep its users elsewhere.
CREATE TABLE IF NOT EXISTS {sessions} (
    id         VARBINARY(255)  NOT NULL PRIMARY KEY,
    user_id    VARBINARY(255)  NOT NULL,
    stamp      VARBINARY(255)  NOT NULL,
    user_agent VARBINARY(1024) NOT NULL,       -- any bytes a client sent
    remote     VARBINARY(255)  NOT NULL,       -- an IP address, or empty
    created_at BIGINT          NOT NULL,
    expires_at BIGINT          NOT NULL,
    last_seen  BIGINT          NOT NULL,
    INDEX {prefix}sessions_user_id (user_id),
    INDEX {prefix}sessions_expires_at (expires_at)
) ENGINE = InnoDB;

INSERT INTO {migrations} (version, name, applied_at) VALUES (2, '0002_sessions.sql', {now});
