package backend

import (
	"context"
	"errors"
	"net/url"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
	redisstore "github.com/sallyport-go/sallyport/store/redis"
)

var errSessions = errors.New(`the sessions must be in "redis://user:pass@host:port/db" or "rediss://..."; "?prefix=NAME:" keeps programs on one Redis apart`)

// moveSessions keeps sessions and throttle in Redis. A session and its user
// are then two reads, since no query can join them.
func (b *Backend) moveSessions(dsn string) error {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return errSessions // the parser's own words repeat the password
	}
	query := u.Query()
	prefix := query.Get("prefix")
	query.Del("prefix")
	u.RawQuery = query.Encode()
	opts, err := goredis.ParseURL(u.String())
	if err != nil {
		return errSessions
	}
	opts.ContextTimeoutEnabled = true // so that auth.Options.StoreTimeout holds
	b.redis = goredis.NewClient(opts)
	kept, err := redisstore.New(b.redis, &redisstore.Options{Prefix: prefix})
	if err != nil {
		return err
	}
	b.Store, b.Identity = auth.Compose(b.Users, kept, kept), nil
	return nil
}

// SessionsPolicy returns what the Redis does when it is full, or "" if there is
// none.
func (b *Backend) SessionsPolicy(ctx context.Context) (string, error) {
	if b.redis == nil {
		return "", nil
	}
	info, err := b.redis.Info(ctx, "memory").Result()
	if err != nil {
		return "", err
	}
	_, rest, _ := strings.Cut(info, "maxmemory_policy:")
	policy, _, _ := strings.Cut(rest, "\r\n")
	if policy == "" {
		policy = "unknown"
	}
	return policy, nil
}
