INSERT INTO auth_user (username, first_name, last_name, email, password, is_superuser, is_staff, is_active, date_joined) VALUES
    ('ann', 'Ann', 'Lee', 'ann@example.com', '{pbkdf2}', TRUE, TRUE, TRUE, '2024-05-06 12:00:00.123456'),
    ('bea', 'Bea', 'Roy', 'bea@example.com', '{pbkdf2}', FALSE, TRUE, TRUE, '2024-05-07 12:00:00'),
    ('cid', 'Cid', '', '', '{pbkdf2}', FALSE, FALSE, TRUE, '2024-05-08 12:00:00'),
    ('dan', '', '', '', '{pbkdf2}', FALSE, TRUE, FALSE, '2024-05-09 12:00:00');
