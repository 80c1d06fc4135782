CREATE TABLE members (
    id serial PRIMARY KEY,
    login text NOT NULL UNIQUE,
    mail text NOT NULL UNIQUE,
    pass_hash text NOT NULL,
    is_admin smallint NOT NULL DEFAULT 0,
    status text NOT NULL DEFAULT 'active',
    joined_at timestamp NOT NULL,
    seen_at timestamp
);
