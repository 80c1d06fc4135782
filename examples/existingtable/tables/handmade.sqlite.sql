CREATE TABLE members (
    id INTEGER PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    mail TEXT NOT NULL UNIQUE,
    pass_hash TEXT NOT NULL,
    is_admin INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'active',
    joined_at TEXT NOT NULL,
    seen_at TEXT
);
