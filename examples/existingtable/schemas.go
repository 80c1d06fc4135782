package main

import (
	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/sql"
)

// django is the auth_user of django.contrib.auth. E-mails are not unique in
// it, and have no index. If there are usernames with capitals, say Fold: Lower
// and make an index on LOWER(username).
var django = sqlstore.Schema{
	From:         "auth_user",
	PasswordHash: "password",
	Name:         "CONCAT(first_name, ' ', last_name)",
	Organization: sqlstore.Absent,
	AWSRegion:    sqlstore.Absent,
	Flags:        []sqlstore.RoleFlag{{Column: "is_superuser", Role: auth.RoleSuperAdmin}, {Column: "is_staff", Role: auth.RoleAdmin}},
	Active:       "is_active",
	CreatedAt:    "date_joined",
	UpdatedAt:    sqlstore.Absent,
	LoginBy:      sqlstore.UsernameOnly,
}

// rails is the users of Devise with what is confirmable, lockable and
// trackable, an enum for roles, and rows that are marked when they are deleted.
// Hashes that were made with Devise's pepper cannot be read.
var rails = sqlstore.Schema{
	From:         "users",
	Where:        "deleted_at IS NULL",
	Username:     sqlstore.Absent,
	PasswordHash: "encrypted_password",
	Name:         sqlstore.Absent,
	Organization: sqlstore.Absent,
	AWSRegion:    sqlstore.Absent,
	Roles:        map[string]auth.Role{"0": auth.RoleUser, "1": auth.RoleAdmin, "2": auth.RoleSuperAdmin},
	Active:       "confirmed_at IS NOT NULL AND locked_at IS NULL",
	LastLogin:    "current_sign_in_at",
}

// handmade is what somebody wrote one afternoon.
var handmade = sqlstore.Schema{
	From:         "members",
	Username:     "login",
	Email:        "mail",
	PasswordHash: "pass_hash",
	Name:         sqlstore.Absent,
	Organization: sqlstore.Absent,
	AWSRegion:    sqlstore.Absent,
	Flags:        []sqlstore.RoleFlag{{Column: "is_admin", Role: auth.RoleAdmin}},
	Active:       "status",
	Actives:      map[string]bool{"active": true, "banned": false},
	CreatedAt:    "joined_at",
	UpdatedAt:    sqlstore.Absent,
	LastLogin:    "seen_at",
}

// host is a program whose users table is there already.
type host struct {
	schema sqlstore.Schema
	hashes []password.Format // beside argon2id, each with the highest cost in the table
	people []string          // those of the sample
}

var hosts = map[string]host{
	"django":   {django, []password.Format{password.DjangoPBKDF2(1_200_000)}, []string{"ann", "bea", "cid", "dan"}},
	"rails":    {rails, []password.Format{password.Bcrypt(12)}, []string{"ann@example.com", "bea@example.com", "cid@example.com", "dan@example.com", "eve@example.com", "fay@example.com"}},
	"handmade": {handmade, []password.Format{password.Bcrypt(12)}, []string{"ann", "cid", "dan@example.com"}},
}
