package redisstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
)

// Each script changes one key: a session, or the index of a user's sessions;
// in a cluster the two are on different nodes. The package comment says in
// which order they are written and why.
var (
	// KEYS: session. ARGV: when it expires in milliseconds, its fields.
	createScript = goredis.NewScript(`
		if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
		redis.call('HSET', KEYS[1], unpack(ARGV, 2))
		redis.call('PEXPIREAT', KEYS[1], ARGV[1])
		return 1`)

	// KEYS: session. ARGV: LastSeen in microseconds. Returns whose it is and
	// when it ends, or nothing.
	touchScript = goredis.NewScript(`
		local row = redis.call('HMGET', KEYS[1], 'user', 'seen', 'expires')
		if not row[1] then return false end
		if tonumber(ARGV[1]) > tonumber(row[2]) then redis.call('HSET', KEYS[1], 'seen', ARGV[1]) end
		return {row[1], row[3]}`)

	// KEYS: session. Returns whose it was, or nothing.
	endScript = goredis.NewScript(`
		local user = redis.call('HGET', KEYS[1], 'user')
		redis.call('DEL', KEYS[1])
		return user`)

	// KEYS: session. ARGV: user. Returns 1 if it was the user's.
	endOwnScript = goredis.NewScript(`
		if redis.call('HGET', KEYS[1], 'user') ~= ARGV[1] then return 0 end
		return redis.call('DEL', KEYS[1])`)

	// KEYS: session. ARGV: user, stamps from and to.
	restampScript = goredis.NewScript(`
		local row = redis.call('HMGET', KEYS[1], 'user', 'stamp')
		if row[1] == ARGV[1] and row[2] == ARGV[2] then redis.call('HSET', KEYS[1], 'stamp', ARGV[3]) end
		return 0`)
)

// errSessionID is a fault and no refusal: IDs are random and made once.
var errSessionID = errors.New("redisstore: a session has this ID already: make IDs of at least 128 random bits")

// CreateSession stores a session. If it fails half way, an entry of the index
// is left that leads nowhere and expires as the session would have.
func (s *Store) CreateSession(ctx context.Context, given *auth.Session) error {
	if err := s.enter(ctx, given.UserID, given.ID, given.ExpiresAt); err != nil {
		return fault("create session", err)
	}
	args := append([]any{expiry(given.ExpiresAt)}, fields(given)...)
	made, err := createScript.Run(ctx, s.client, []string{s.sessionKey(given.ID)}, args...).Bool()
	if err == nil && !made {
		return errSessionID
	}
	return fault("create session", err)
}

// SessionByID returns a live session.
func (s *Store) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	row, err := s.client.HGetAll(ctx, s.sessionKey(id)).Result()
	if err != nil {
		return nil, fault("read session", err)
	}
	if len(row) == 0 {
		return nil, auth.ErrSessionNotFound
	}
	found, err := parse(id, row)
	if err != nil {
		return nil, fault("read session", err)
	}
	if !found.ExpiresAt.After(time.Now()) {
		return nil, auth.ErrSessionNotFound
	}
	return found, nil
}

// SessionsByUser returns a user's live sessions, the newest first.
func (s *Store) SessionsByUser(ctx context.Context, userID string) ([]auth.Session, error) {
	ids, err := s.entered(ctx, userID)
	if err != nil {
		return nil, fault("list sessions", err)
	}
	var found []auth.Session
	for some := range slices.Chunk(ids, batch) {
		live, err := s.read(ctx, userID, some)
		if err != nil {
			return nil, fault("list sessions", err)
		}
		found = append(found, live...)
	}
	slices.SortFunc(found, func(a, b auth.Session) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return found, nil
}

// read returns those of the sessions that are live and the user's.
func (s *Store) read(ctx context.Context, userID string, ids []string) ([]auth.Session, error) {
	pipe := s.client.Pipeline()
	var answers []*goredis.MapStringStringCmd
	for _, id := range ids {
		answers = append(answers, pipe.HGetAll(ctx, s.sessionKey(id)))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	var live []auth.Session
	now := time.Now()
	for i, answer := range answers {
		if len(answer.Val()) == 0 {
			continue
		}
		session, err := parse(ids[i], answer.Val())
		if err != nil {
			return nil, err
		}
		if session.UserID == userID && session.ExpiresAt.After(now) {
			live = append(live, *session)
		}
	}
	return live, nil
}

// TouchSession moves LastSeen forward. It also puts the index entry back,
// which a failover of the node that had it may have lost.
func (s *Store) TouchSession(ctx context.Context, id string, seen time.Time) error {
	row, err := touchScript.Run(ctx, s.client, []string{s.sessionKey(id)}, seen.UnixMicro()).StringSlice()
	if errors.Is(err, goredis.Nil) {
		return nil
	}
	if err == nil && len(row) != 2 {
		err = errors.New("the session is incomplete")
	}
	if err != nil {
		return fault("touch session", err)
	}
	expires, err := parseTime(row[1])
	if err != nil {
		return fault("touch session", err)
	}
	return fault("touch session", s.enter(ctx, row[0], id, expires))
}

// EndSession ends one session: its hash is gone.
func (s *Store) EndSession(ctx context.Context, id string) error {
	userID, err := endScript.Run(ctx, s.client, []string{s.sessionKey(id)}).Text()
	if errors.Is(err, goredis.Nil) {
		return nil
	}
	if err != nil {
		return fault("end session", err)
	}
	return fault("end session", s.leave(ctx, userID, []string{id}))
}

// EndUserSessions ends all sessions of a user but exceptID.
func (s *Store) EndUserSessions(ctx context.Context, userID, exceptID string) error {
	ids, err := s.entered(ctx, userID)
	if err != nil {
		return fault("end sessions", err)
	}
	if exceptID != "" {
		ids = slices.DeleteFunc(ids, func(id string) bool { return id == exceptID })
	}
	for some := range slices.Chunk(ids, batch) {
		answers, err := s.each(ctx, endOwnScript, some, userID)
		if err != nil {
			return fault("end sessions", err)
		}
		if err := s.leave(ctx, userID, ended(some, answers)); err != nil {
			return fault("end sessions", err)
		}
	}
	return nil
}

// ended returns those of the IDs whose session was there to be ended. The
// entry of another may be of a session that is just being created.
func ended(ids []string, answers []*goredis.Cmd) []string {
	var gone []string
	for i, answer := range answers {
		if there, _ := answer.Bool(); there {
			gone = append(gone, ids[i])
		}
	}
	return gone
}

// RestampSessions replaces one stamp by another on a user's sessions.
func (s *Store) RestampSessions(ctx context.Context, userID, from, to string) error {
	ids, err := s.entered(ctx, userID)
	if err != nil {
		return fault("restamp sessions", err)
	}
	for some := range slices.Chunk(ids, batch) {
		if _, err := s.each(ctx, restampScript, some, userID, from, to); err != nil {
			return fault("restamp sessions", err)
		}
	}
	return nil
}

// each runs a script on every session in one pipeline. The scripts go out as
// text: inside a pipeline there is no second try by EVAL after EVALSHA.
func (s *Store) each(ctx context.Context, script *goredis.Script, ids []string, args ...any) ([]*goredis.Cmd, error) {
	pipe := s.client.Pipeline()
	var answers []*goredis.Cmd
	for _, id := range ids {
		answers = append(answers, script.Eval(ctx, pipe, []string{s.sessionKey(id)}, args...))
	}
	_, err := pipe.Exec(ctx)
	return answers, err
}

func (s *Store) sessionKey(id string) string { return s.prefix + "session:" + id }
