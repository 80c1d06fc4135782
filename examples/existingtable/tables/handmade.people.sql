INSERT INTO members (login, mail, pass_hash, is_admin, status, joined_at) VALUES
    ('ann', 'ann@example.com', '{argon2id}', 1, 'active', '2024-05-06 12:00:00'),
    ('cid', 'cid@example.com', '{bcrypt2y}', 0, 'active', '2024-05-07 12:00:00'),
    ('dan', 'dan@example.com', '{bcrypt2y}', 1, 'banned', '2024-05-08 12:00:00');
