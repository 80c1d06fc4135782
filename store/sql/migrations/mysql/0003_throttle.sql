CREATE TABLE IF NOT EXISTS {throttle} (
    throttle_key VARBINARY(96) NOT NULL PRIMARY KEY,
    epoch        BIGINT        NOT NULL,       -- a random number, new when earlier slots are void
    failed       INT           NOT NULL,
    pending      INT           NOT NULL,       -- slots granted and not settled
    lease_ends   BIGINT        NOT NULL,       -- then pending attempts are failures
    window_ends  BIGINT        NOT NULL,       -- then all is forgotten
    INDEX {prefix}throttle_window_ends (window_ends)
) ENGINE = InnoDB;

INSERT INTO {migrations} (version, name, applied_at) VALUES (3, '0003_throttle.sql', {now});
