CREATE TABLE `users` (
    `id` bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `email` varchar(255) DEFAULT '' NOT NULL,
    `encrypted_password` varchar(255) DEFAULT '' NOT NULL,
    `reset_password_token` varchar(255),
    `reset_password_sent_at` datetime(6),
    `remember_created_at` datetime(6),
    `sign_in_count` int DEFAULT 0 NOT NULL,
    `current_sign_in_at` datetime(6),
    `last_sign_in_at` datetime(6),
    `current_sign_in_ip` varchar(255),
    `last_sign_in_ip` varchar(255),
    `confirmation_token` varchar(255),
    `confirmed_at` datetime(6),
    `confirmation_sent_at` datetime(6),
    `unconfirmed_email` varchar(255),
    `failed_attempts` int DEFAULT 0 NOT NULL,
    `unlock_token` varchar(255),
    `locked_at` datetime(6),
    `role` int DEFAULT 0 NOT NULL,
    `deleted_at` datetime(6),
    `created_at` datetime(6) NOT NULL,
    `updated_at` datetime(6) NOT NULL
);
CREATE UNIQUE INDEX `index_users_on_email` ON `users` (`email`);
CREATE UNIQUE INDEX `index_users_on_reset_password_token` ON `users` (`reset_password_token`);
CREATE UNIQUE INDEX `index_users_on_confirmation_token` ON `users` (`confirmation_token`);
CREATE UNIQUE INDEX `index_users_on_unlock_token` ON `users` (`unlock_token`);
