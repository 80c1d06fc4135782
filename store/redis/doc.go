// Package redisstore keeps sessions and throttle in Redis or Valkey, alone,
// behind Sentinel or as a cluster. Users stay where they are.
//
// Start with [New], and join the [Store] to the host's users by auth.Compose:
//
//	client := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
//	kept, err := redisstore.New(client, nil)
//	store := auth.Compose(users, kept, kept)
//
// What Redis loses, the store has lost. An operator decides four things.
//
// # Eviction
//
// Set "maxmemory-policy noeviction" and see that CONFIG GET maxmemory-policy
// says so. Every key here has an expiry, so that each of the other policies
// may choose it: an evicted session logs a person out; an evicted count
// forgets failures, which lets somebody guess further; an evicted index hides
// sessions from SessionsByUser and EndUserSessions. With noeviction, a full
// Redis refuses logins with a fault, answered 503; whoever is logged in stays so,
// and logouts and Unlock still work. So do not share a Redis with a cache. INFO stats counts evicted_keys; it has to
// stay at 0.
//
// # Persistence
//
// A restart without an append-only file logs everybody out and forgets all
// counts. With RDB snapshots alone it brings back sessions that ended after
// the last snapshot, which is worse: use "appendonly yes". Under "appendfsync
// everysec", the default, a crash of the machine undoes about a second, with
// the same two effects; "always" undoes nothing that was acknowledged.
//
// # Failover
//
// Replication is asynchronous. A failover may lose the last writes before it,
// typically those of less than a second: a session made then is gone, which is
// a 401; a session ended then is back; failures counted then are forgotten. The
// store does not call WAIT: it narrows the gap and does not close it, since
// Sentinel and a cluster may still promote a replica without the write. Set
// min-replicas-to-write so that a master cut off from its replicas stops
// accepting writes. A password change ends sessions even so when the host's
// User has a Stamp, and role and active are read from the users. Who must never
// see a session come back keeps sessions in a database that replicates
// synchronously, such as by package sqlstore, and the throttle here.
//
// Until there is a master again every call is a fault, answered 503: nobody is
// logged out by the failover itself. The client finds the new master without a
// restart.
//
// Reads go to masters. [New] refuses a ClusterClient that reads from replicas,
// and a Ring. It cannot see inside a failover client: leave ReplicaOnly off.
//
// # Time-outs
//
// Set ContextTimeoutEnabled in the client's options. Without it go-redis does
// not heed the deadline of a call: each call of a Redis gone silent then takes
// ReadTimeout, 5 s by default, and not what auth.Options.StoreTimeout says.
//
// # Redis and Valkey
//
// All commands are those of Redis 2.6, with the HSET of many fields of 4.0; the
// scripts read TIME before they write, which 5.0 allowed. Valkey took all of it
// over with Redis 7.2. The tests run on Redis 7.0. An ACL user needs, on the keys with the store's prefix, EVAL,
// EVALSHA, DEL, EXISTS, HDEL, HGET, HGETALL, HINCRBY, HLEN, HMGET, HSET,
// PEXPIREAT, TIME, ZADD, ZRANGE, ZREM, ZREMRANGEBYSCORE and ZSCORE, besides
// what go-redis sends itself, such as HELLO, CLIENT, and CLUSTER for a cluster.
//
// # Keys
//
//	PREFIXsession:ID                   hash: a session
//	PREFIXuser:USERID                  sorted set: the user's session IDs
//	PREFIX{throttle:FIRST}             sorted set: the throttle keys FIRST and FIRST/…
//	PREFIX{throttle:FIRST}:KEY         hash: a count
//
// A session is read by its ID alone, which does not name the user, and that
// read is the one of every request. So it is one command, and a session and
// its user's index are in different slots of a cluster, changed in steps: the
// index entry is written before the session and removed after it, and only by
// who removed the session itself. EndUserSessions therefore finds every
// session whose CreateSession had returned. An entry without a session is
// harmless and expires. In a cluster the node that has the index may fail over
// alone and lose an entry: TouchSession puts it back, so that a session in use
// is without it for about a minute.
//
// A throttle key and its index are in one slot, changed by one script. The
// throttle's clock is Redis's TIME. A session's ExpiresAt is compared with the
// process's clock; its key lives a minute longer, on Redis's.
package redisstore
