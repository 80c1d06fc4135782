// Package store says how to write a backend; it holds no code. Its
// subdirectories are backends that exist: memory for one process, sql for
// SQLite, PostgreSQL and MariaDB.
//
// # Which interfaces
//
// A backend implements parts, and each part on its own is useful, since
// auth.Compose joins parts from different places:
//
//   - auth.UserStore, two reads, puts a users table that exists already behind
//     the library. It may also be an auth.LoginRecorder and an
//     auth.PasswordUpgrader, if the library may write that much.
//   - auth.AccountStore, where the library creates and changes accounts too.
//   - auth.SessionStore, which decides who is logged in.
//   - auth.ThrottleStore, which decides who may try a password.
//   - auth.IdentityReader, where sessions and users share a database. A host
//     names it in auth.Options.Identity; it is never detected.
//
// Start with SessionStore: it is the smallest that decides something. The
// comments in auth/store.go are the whole contract.
//
// # How to check one
//
// Package storetest turns that contract into cases, each of which says in
// words what broke:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) auth.Store { return open(t) })
//	}
//
// storetest.Users, storetest.Sessions, storetest.Throttle and
// storetest.Identity check a part. Run them on the real engine, with the race
// detector.
//
// # What is a fault
//
// The errors that a method names are answers: the user is not there, the
// session has ended. Every other error is a fault and becomes a 503, in which
// nobody is let in, nobody is logged out and nothing is counted. So a backend
// never turns a lost connection into auth.ErrSessionNotFound, and never an
// unknown session into a fault.
//
// A call that ends because its context did returns an error; what it did is
// done wholly or not at all.
package store
