-- What happened, for the record. Nothing refers to it, and it to nothing.
CREATE TABLE IF NOT EXISTS {audit} (
    id         BIGINT         NOT NULL AUTO_INCREMENT PRIMARY KEY,
    at         BIGINT         NOT NULL,
    kind       VARBINARY(255) NOT NULL,
    user_id    VARBINARY(255) NOT NULL,        -- whose account, or empty
    username   TEXT           NOT NULL,
    actor_id   VARBINARY(255) NOT NULL,        -- who did it, if another
    session_id VARBINARY(255) NOT NULL,
    remote     VARBINARY(255) NOT NULL,        -- an IP address, or empty
    user_agent TEXT           NOT NULL,
    reason     TEXT           NOT NULL,
    count      BIGINT         NOT NULL,
    error      TEXT           NOT NULL,        -- what a fault said, or empty
    INDEX {prefix}audit_at (at, id),
    INDEX {prefix}audit_user_id (user_id, at, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO {migrations} (version, name, applied_at) VALUES (4, '0004_audit.sql', {now});
