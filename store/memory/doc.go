// Package memory keeps users, sessions and throttle in this process.
//
// Start with [New] for tests and for a program that is one process and may
// forget everything when it ends. A host that has its own users table and runs
// as one process wants [SingleProcess]. Behind a load balancer, neither will
// do: a logout or a failed login on one node would not be seen by the others.
//
// Rows that have run out are dropped by later writes, a few at a time; there
// is no goroutine to stop. Contexts are not looked at, since no call waits:
// every call completes.
package memory
