CREATE TABLE "users" (
    "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
    "email" varchar DEFAULT '' NOT NULL,
    "encrypted_password" varchar DEFAULT '' NOT NULL,
    "reset_password_token" varchar,
    "reset_password_sent_at" datetime(6),
    "remember_created_at" datetime(6),
    "sign_in_count" integer DEFAULT 0 NOT NULL,
    "current_sign_in_at" datetime(6),
    "last_sign_in_at" datetime(6),
    "current_sign_in_ip" varchar,
    "last_sign_in_ip" varchar,
    "confirmation_token" varchar,
    "confirmed_at" datetime(6),
    "confirmation_sent_at" datetime(6),
    "unconfirmed_email" varchar,
    "failed_attempts" integer DEFAULT 0 NOT NULL,
    "unlock_token" varchar,
    "locked_at" datetime(6),
    "role" integer DEFAULT 0 NOT NULL,
    "deleted_at" datetime(6),
    "created_at" datetime(6) NOT NULL,
    "updated_at" datetime(6) NOT NULL
);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE UNIQUE INDEX "index_users_on_reset_password_token" ON "users" ("reset_password_token");
CREATE UNIQUE INDEX "index_users_on_confirmation_token" ON "users" ("confirmation_token");
CREATE UNIQUE INDEX "index_users_on_unlock_token" ON "users" ("unlock_token");
