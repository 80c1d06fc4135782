CREATE TABLE {throttle} (
    throttle_key VARCHAR(96) COLLATE "C" PRIMARY KEY,
    epoch        BIGINT  NOT NULL,             -- a random number, new when earlier slots are void
    failed       INTEGER NOT NULL,
    pending      INTEGER NOT NULL,             -- slots granted and not settled
    lease_ends   BIGINT  NOT NULL,             -- then pending attempts are failures
    window_ends  BIGINT  NOT NULL              -- then all is forgotten
);

CREATE INDEX {prefix}throttle_window_ends ON {throttle} (window_ends);

INSERT INTO {migrations} (version, name, applied_at) VALUES (3, '0003_throttle.sql', {now});
