// Package password hashes passwords, checks them against what is stored, and
// says which new ones to refuse. It imports nothing else of this module.
//
// Call [New] once in a process and share the [Hasher]: it bounds the memory
// and the processors that hashing takes. Call [Policy.Check] before Hash when
// a person chooses a password.
//
// New hashes are argon2id with 19 MiB, two passes and one lane, the first
// choice of the OWASP Password Storage Cheat Sheet, as PHC strings of 97
// bytes:
//
//	$argon2id$v=19$m=19456,t=2,p=1$<16 bytes of salt>$<32 bytes of tag>
//
// # What a failing call tells
//
// Every Verify does the work of one hash: of the stored one if it can be
// read, else of one with today's parameters. A password longer than 4096
// bytes, and a bcrypt hash with a password longer than 72, are computed like
// any other and never match; nothing is ever cut and then accepted.
//
// Formats of different cost in one table would still be told apart by the
// clock. That is what [Result.NotBefore] is for: see [Options.Legacy].
//
// # Memory
//
// Hashing allocates its memory anew for each call and leaves it to the
// garbage collector, so a busy Hasher takes up to about three times slots x
// 19 MiB, where the number of slots is that of [Stats]. A declared format may
// take more than 19 MiB for each slot; its function says how much.
package password
