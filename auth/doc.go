// Package auth logs people in and out: the contracts that stores, tokens and
// hashers implement, and the [Service] that keeps their promises.
//
// Start with [New], which takes a [Store] and [Tokens]:
//
//	svc, err := auth.New(memory.New(), tokens, nil)
//
// A [Store] is users, sessions and throttle. Package store/memory and
// store/sql have all three; [Compose] joins a host's own users, behind the two
// methods of [UserStore], with sessions and throttle from elsewhere. [Accounts]
// creates and changes accounts where the library keeps them.
//
// A session in the store is the authority on who is logged in. The token names
// it and carries neither role nor rights: both are read where they are needed,
// so that a logout, a disabled account or another role hold from the next
// request on.
//
// Package httpadapter serves a Service over HTTP. This package knows no HTTP,
// no SQL and no JOSE.
package auth
