CREATE TABLE {throttle} (
    throttle_key TEXT    NOT NULL PRIMARY KEY,
    epoch        INTEGER NOT NULL,             -- a random number, new when earlier slots are void
    failed       INTEGER NOT NULL,
    pending      INTEGER NOT NULL,             -- slots granted and not settled
    lease_ends   INTEGER NOT NULL,             -- then pending attempts are failures
    window_ends  INTEGER NOT NULL              -- then all is forgotten
) STRICT, WITHOUT ROWID;

CREATE INDEX {prefix}throttle_window_ends ON {throttle} (window_ends);

INSERT INTO {migrations} (version, name, applied_at) VALUES (3, '0003_throttle.sql', {now});
