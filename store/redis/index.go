package redisstore

import (
	"context"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// A user's index is a sorted set of session IDs by the millisecond in which
// the session's own key expires. Redis drops that key on its clock, and
// entries are dropped on the same clock: never one whose session is still
// there, whatever the processes' clocks say.
//
// A full Redis refuses a script at its first command that adds something, and
// only there: so ZADD comes first.
//
// KEYS: index. ARGV: ID, when it expires in milliseconds.
var enterScript = goredis.NewScript(`
	local known = redis.call('ZSCORE', KEYS[1], ARGV[1])
	if not known or tonumber(known) < tonumber(ARGV[2]) then
		redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
	end
	redis.call('PEXPIREAT', KEYS[1], redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2])
	local t = redis.call('TIME')
	local now = t[1] * 1000 + math.floor(t[2] / 1000)
	redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now))
	return 0`)

// grace is how long a key outlives what is in it, so that the processes' clock
// decides when a session has expired, as long as Redis's is not a minute ahead.
const grace = time.Minute

// expiry returns when the key of a session expires, in Unix milliseconds.
func expiry(expiresAt time.Time) int64 { return expiresAt.Add(grace).UnixMilli() }

// enter puts a session in its user's index, if it is not there.
func (s *Store) enter(ctx context.Context, userID, id string, expiresAt time.Time) error {
	return enterScript.Run(ctx, s.client, []string{s.userKey(userID)}, id, expiry(expiresAt)).Err()
}

// entered returns the IDs in a user's index. Some may be of sessions that are
// over, were never stored, or are another user's.
func (s *Store) entered(ctx context.Context, userID string) ([]string, error) {
	return s.client.ZRange(ctx, s.userKey(userID), 0, -1).Result()
}

// leave takes sessions that are gone out of their user's index.
func (s *Store) leave(ctx context.Context, userID string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	members := make([]any, len(ids))
	for i, id := range ids {
		members[i] = id
	}
	return s.client.ZRem(ctx, s.userKey(userID), members...).Err()
}

func (s *Store) userKey(userID string) string { return s.prefix + "user:" + userID }
