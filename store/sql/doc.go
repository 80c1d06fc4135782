// Package sqlstore keeps users, sessions and throttle on database/sql.
package sqlstore
