package redisstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
)

// A count is a hash: "failed"; "lease" and "until", which are when lease and
// window end, in microseconds; and one field for each slot under way, whose
// name is the slot's number. The number is the Reservation's Epoch. It is
// random and made before the call, so that a command which the client repeats
// after a lost answer takes, or gives back, one slot and not two. A new epoch
// has none of the old fields: slots of another epoch are not found in it.
//
// The index of a count is a sorted set of the keys that begin alike up to the
// first "/", by the millisecond in which the count expires. Both are in one
// slot of a cluster.
var (
	// KEYS: count, index. ARGV: key, slot, Max, Window and Lease in
	// microseconds. Returns one of the answers below, and what is left of the
	// window in microseconds.
	//
	// A refusal writes nothing.
	reserveScript = goredis.NewScript(`
		local t = redis.call('TIME')
		local now = t[1] * 1000000 + t[2]
		local count, index, key, slot, max = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3])
		local whole = function(n) return string.format('%.0f', n) end

		local row = redis.call('HMGET', count, 'failed', 'lease', 'until', slot)
		local failed, lease, ends = tonumber(row[1]), tonumber(row[2]), tonumber(row[3])
		local pending = redis.call('HLEN', count) - 3
		local new = not ends or ends <= now
		local crashed = not new and pending > 0 and lease <= now
		if new then
			failed, pending, ends = 0, 0, now + ARGV[4]
		elseif crashed then
			failed, pending = failed + pending, 0
		elseif row[4] then
			return {2, 0} -- the client has asked before and missed the answer
		end

		if failed >= max then return {0, ends - now} end
		if failed + pending >= max then return {1, 0} end

		local expires = whole(math.ceil(ends / 1000) + 1)
		if new then -- first of all a ZADD, which a full Redis refuses
			redis.call('ZADD', index, expires, key)
			redis.call('PEXPIREAT', index, redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2])
			redis.call('ZREMRANGEBYSCORE', index, '-inf', '(' .. whole(now / 1000 - 1))
		end
		if new or crashed then redis.call('DEL', count) end
		redis.call('HSET', count, 'failed', failed, 'lease', whole(now + ARGV[5]), 'until', whole(ends), slot, '')
		redis.call('PEXPIREAT', count, expires)
		return {2, 0}`)

	// KEYS: count. ARGV: slot, failures. An epoch is over with its window or
	// its lease, also before anybody has begun the next one.
	settleScript = goredis.NewScript(`
		local t = redis.call('TIME')
		local now = t[1] * 1000000 + t[2]
		local row = redis.call('HMGET', KEYS[1], 'lease', 'until')
		if not row[1] or tonumber(row[1]) <= now or tonumber(row[2]) <= now then return 0 end
		if redis.call('HDEL', KEYS[1], ARGV[1]) == 1 then
			redis.call('HINCRBY', KEYS[1], 'failed', ARGV[2])
		end
		return 0`)

	// KEYS: index, counts. ARGV: their keys. In one step, so that a count
	// begun meanwhile stays in the index.
	forgetScript = goredis.NewScript(`
		for i, key in ipairs(ARGV) do
			redis.call('DEL', KEYS[i + 1])
			redis.call('ZREM', KEYS[1], key)
		end
		return 0`)
)

// What reserveScript answers.
const (
	denied = iota
	undecided
	granted
)

// Reserve takes one slot under key.
func (s *Store) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	if l.Max < 1 || l.Window < time.Microsecond || l.Lease < time.Microsecond {
		return auth.Reservation{}, errors.New("redisstore: a throttle limit needs Max, Window and Lease above zero")
	}
	slot := 1 + rand.Int64N(math.MaxInt64)
	answer, err := reserveScript.Run(ctx, s.client, []string{s.countKey(key), s.countsKey(key)},
		key, slot, l.Max, l.Window.Microseconds(), l.Lease.Microseconds()).Int64Slice()
	if err != nil {
		return auth.Reservation{}, fault("reserve", err)
	}
	if len(answer) == 2 {
		switch answer[0] {
		case denied:
			left := time.Duration(answer[1]) * time.Microsecond
			return auth.Reservation{Decision: auth.Denied, Key: key, RetryAfter: left}, nil
		case undecided:
			return auth.Reservation{Decision: auth.Undecided, Key: key}, nil
		case granted:
			return auth.Reservation{Decision: auth.Granted, Key: key, Epoch: slot}, nil
		}
	}
	return auth.Reservation{}, fault("reserve", fmt.Errorf("unexpected answer %v", answer))
}

// Settle gives a granted slot back.
func (s *Store) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	failures := 0
	if failed {
		failures = 1
	}
	err := settleScript.Run(ctx, s.client, []string{s.countKey(r.Key)}, strconv.FormatInt(r.Epoch, 10), failures).Err()
	return fault("settle", err)
}

// Forget removes a key and those below it.
func (s *Store) Forget(ctx context.Context, key string) error {
	counted, err := s.client.ZRange(ctx, s.countsKey(key), 0, -1).Result()
	if err != nil {
		return fault("forget", err)
	}
	forgotten := []string{key}
	for _, k := range counted {
		if strings.HasPrefix(k, key+"/") {
			forgotten = append(forgotten, k)
		}
	}
	for keys := range slices.Chunk(forgotten, batch) {
		if err := s.forget(ctx, keys); err != nil {
			return fault("forget", err)
		}
	}
	return nil
}

// forget removes keys that have their first segment in common.
func (s *Store) forget(ctx context.Context, keys []string) error {
	names := []string{s.countsKey(keys[0])}
	var args []any
	for _, k := range keys {
		names = append(names, s.countKey(k))
		args = append(args, k)
	}
	return forgetScript.Run(ctx, s.client, names, args...).Err()
}

// countsKey names the index that key is in.
func (s *Store) countsKey(key string) string {
	first, _, _ := strings.Cut(key, "/")
	return s.prefix + "{throttle:" + first + "}"
}

// countKey names the count of key. It begins as its index does: what is in
// braces, the hash tag, decides the slot.
func (s *Store) countKey(key string) string { return s.countsKey(key) + ":" + key }
