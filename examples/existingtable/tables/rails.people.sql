INSERT INTO users (email, encrypted_password, role, confirmed_at, locked_at, deleted_at, created_at, updated_at) VALUES
    ('ann@example.com', '{bcrypt}', 2, '2024-05-06 12:30:00', NULL, NULL, '2024-05-06 12:00:00.123456', '2024-05-06 12:30:00'),
    ('bea@example.com', '{bcrypt}', 1, '2024-05-06 12:30:00', NULL, NULL, '2024-05-06 12:00:00', '2024-05-06 12:30:00'),
    ('cid@example.com', '{bcrypt}', 0, '2024-05-06 12:30:00', NULL, NULL, '2024-05-06 12:00:00', '2024-05-06 12:30:00'),
    ('dan@example.com', '{bcrypt}', 1, '2024-05-06 12:30:00', '2024-05-07 12:00:00', NULL, '2024-05-06 12:00:00', '2024-05-07 12:00:00'),
    ('eve@example.com', '{bcrypt}', 1, NULL, NULL, NULL, '2024-05-06 12:00:00', '2024-05-06 12:00:00'),
    ('fay@example.com', '{bcrypt}', 1, '2024-05-06 12:30:00', NULL, '2024-05-08 12:00:00', '2024-05-06 12:00:00', '2024-05-08 12:00:00');
