// Package store is where the backends live. It has no code: this page is about
// writing another one.
//
// # Which interfaces
//
// The contracts are in auth/store.go and nowhere else; each method says there
// what it promises and which errors it may answer. Any other error is taken
// for a fault and answered 503, so never invent a refusal, and never turn a
// fault into one: a broken connection is not [auth.ErrSessionNotFound].
//
// A backend need not be everything. [auth.Compose] joins parts:
//
//   - [auth.UserStore], two reads, puts users that are there already behind the
//     library. [auth.AccountStore] adds the writes of [auth.Accounts].
//   - [auth.SessionStore] is the authority on who is logged in. It must be one
//     for all nodes.
//   - [auth.ThrottleStore] counts failed logins, for all nodes, on its own clock.
//   - [auth.IdentityReader] is worth having where users and sessions share a
//     database: one query for each request instead of two.
//   - [auth.LoginRecorder] and [auth.PasswordUpgrader] are optional. They are
//     asked of the user store's value itself, so a wrapper hides them.
//   - [auth.AccountImporter] makes an import fast, and [auth.AccountLister] an
//     export with hashes possible.
//
// # In which order
//
// Write the sessions first: seven methods, no uniqueness but the ID, and the
// suite for them runs in milliseconds. Then the users, reads before writes.
// Then the throttle, whose Reserve has to be one atomic statement. The
// identity reader comes last, since its cases compare it with the rest.
//
// # How to check it
//
// Package storetest has the promises as cases. One test is enough:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) auth.Store {
//			s := open(t) // fresh and empty; closed by t.Cleanup
//			return s
//		})
//	}
//
// A part is checked by storetest.Users, Sessions, Throttle or Identity, and a
// user store of the two reads alone by storetest.Reads. What is
// shared by several processes is opened several times and given as
// storetest.Nodes(one, other), which sends every call to another handle. Run it
// under -race.
//
// # What a failing case means
//
// A case says which promise is broken and what came instead. What is usually
// behind it, by the beginning of its name:
//
//   - exact, by_id/exact, by_user/exact, restamp/exact, reserve/keys_apart: a
//     collation or a LIKE compares. People log in as others, or share a count.
//     Compare again in Go, or use a binary collation.
//   - fields: a column is too short, drops microseconds, pads, or has one byte
//     a character. Times are best kept as microseconds since 1970 in UTC.
//   - create/…_race, update/name_race: a check and then an insert. Let a unique
//     index decide, and map its violation to [auth.ErrUserExists].
//   - if_hash, upgrade: the comparison is not part of the UPDATE. A password
//     changed meanwhile is overwritten by the old one.
//   - update/same_values: rows changed are counted, not rows matched.
//   - update/username_taken, update/email_taken: two statements without a
//     transaction. A refused change has promoted somebody.
//   - list: OFFSET, or an order other than that of the IDs. Somebody is skipped.
//   - bootstrap: users are counted. The mark has to be a row of its own, written
//     in the transaction that adds the account and never removed: otherwise a
//     deleted administrator comes back with a new password.
//   - import: the unique index that refuses one row undoes the others, or what
//     was read before the transaction is no longer so. Read in it, and run it
//     again when an index refuses.
//   - touch: an upsert, or a read and then a write. A logout is undone.
//   - end, end_user: a read was cached, or a replica answered it. Sessions are
//     read where they are written.
//   - crowd, reserve: counting and granting are two steps. A limit of ten lets
//     through as many as come at once.
//   - settle, window, lease, forget/at_once: the epoch is not compared, or two
//     epochs of one key are alike. Late answers wipe out failures.
//   - forget: the prefix is a LIKE without escaping, or lacks its slash.
//     Unlocking one account unlocks others.
//   - identity: something is kept between calls. A role taken away still works.
//   - cancelled: a transaction is missing, or a context that has ended is taken
//     for a row that is not there.
//   - values: a pointer is kept or shared.
package store
