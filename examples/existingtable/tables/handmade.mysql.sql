CREATE TABLE members (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    login VARCHAR(64) NOT NULL UNIQUE,
    mail VARCHAR(190) NOT NULL UNIQUE,
    pass_hash VARCHAR(255) NOT NULL,
    is_admin TINYINT(1) NOT NULL DEFAULT 0,
    status ENUM('active', 'banned') NOT NULL DEFAULT 'active',
    joined_at DATETIME NOT NULL,
    seen_at DATETIME NULL
);
