// Package authtest helps to test programs that use package auth, without a
// database, without hashing and without waiting.
//
// To test a handler that reads [auth.IdentityFrom], give it a request made by
// [Request]. To test routes behind httpadapter, give httpadapter.New a [Fake]
// and sign somebody in. To see what is written to the audit log, use a
// [Recorder].
//
// Nothing here belongs in a running program: passwords are kept as they are.
package authtest
