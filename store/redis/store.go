package redisstore

import (
	"errors"
	"fmt"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
)

var (
	_ auth.SessionStore  = (*Store)(nil)
	_ auth.ThrottleStore = (*Store)(nil)
)

// batch bounds how many commands go out in one pipeline, and how many keys one
// script is given.
const batch = 256

// Store keeps sessions and throttle in one Redis. Make it with New.
type Store struct {
	client goredis.UniversalClient
	prefix string
}

// Options changes where the keys are. A nil *Options is the zero one.
type Options struct {
	// Prefix begins every key, so that several programs share a database:
	// letters, digits and any of ":_./-", at most 64. If empty, "sallyport:".
	Prefix string
}

// New returns a store on client, which stays the caller's to configure and to
// close. It does no I/O. It refuses the clients that do not read what was
// written last, a Ring and a ClusterClient that reads from replicas, and those
// without ContextTimeoutEnabled, which wait for a silent server longer than
// auth.Options.StoreTimeout.
func New(client goredis.UniversalClient, opts *Options) (*Store, error) {
	s := &Store{client: client, prefix: "sallyport:"}
	if opts != nil && opts.Prefix != "" {
		s.prefix = opts.Prefix
	}
	if err := errors.Join(checkClient(client), checkPrefix(s.prefix)); err != nil {
		return nil, err
	}
	return s, nil
}

// checkClient refuses what would bring an ended session back, or keep a
// request waiting. A Ring moves keys to other shards while theirs is down, and
// finds them as they were when it returns.
func checkClient(client goredis.UniversalClient) error {
	switch c := client.(type) {
	case nil:
		return errors.New("redisstore: client is nil: make it with goredis.NewUniversalClient")
	case *goredis.Ring:
		return errors.New("redisstore: a Ring forgets logouts when a shard is down: use a Client, a failover client or a ClusterClient")
	case *goredis.Client:
		return checkTimeouts(c.Options().ContextTimeoutEnabled)
	case *goredis.ClusterClient:
		err := checkTimeouts(c.Options().ContextTimeoutEnabled)
		// Set by RouteByLatency and RouteRandomly too.
		if c.Options().ReadOnly {
			err = errors.Join(err, errors.New("redisstore: replicas still have sessions that have ended: leave ReadOnly, RouteByLatency and RouteRandomly off"))
		}
		return err
	}
	return nil
}

func checkTimeouts(enabled bool) error {
	if !enabled {
		return errors.New("redisstore: the client waits longer than its context: set ContextTimeoutEnabled")
	}
	return nil
}

// checkPrefix refuses braces above all: the first pair of them in a key names
// its slot in a cluster, and that is the store's to choose.
func checkPrefix(prefix string) error {
	const allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_./-"
	if len(prefix) > 64 || strings.ContainsFunc(prefix, func(r rune) bool { return !strings.ContainsRune(allowed, r) }) {
		return fmt.Errorf("redisstore: Options.Prefix %.70q: use at most 64 letters, digits and any of %q", prefix, ":_./-")
	}
	return nil
}

// fault says what failed. Redis's own text is kept: it names commands, and
// neither keys nor values.
func fault(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("redisstore: %s: %w", doing, err)
}
