package memory

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// errSessionID is a fault and no refusal: IDs are random and made once.
var errSessionID = errors.New("memory: a session has this ID already: make IDs of at least 128 random bits")

// maxAgents bounds how many user agents are kept once for all sessions.
const maxAgents = 1024

// Sessions is an [auth.SessionStore] in this process.
type Sessions struct {
	mu     sync.RWMutex
	byID   map[string]*session
	owners map[string]*owner
	queue  queue
	agents map[string]*string // user agents seen lately: few browsers, many sessions
}

// session is a row; its deadline is the ID and ExpiresAt. It has 128 bytes,
// which is a size the allocator has. Times are Unix microseconds.
type session struct {
	deadline
	owner         *owner
	user          atomic.Pointer[account] // the owner's row in Users, if known; see Users.of
	newer, older  *session                // of the same owner, by creation
	stamp         string
	agent         *string // one for all sessions that share it
	remote        netip.Addr
	created, seen int64
}

// owner is a user who has sessions, live or not yet swept.
type owner struct {
	userID string
	newest *session
}

// NewSessions returns a store without sessions.
func NewSessions() *Sessions {
	return &Sessions{
		byID:   make(map[string]*session),
		owners: make(map[string]*owner),
		agents: make(map[string]*string),
	}
}

// CreateSession stores a copy of the session.
func (s *Sessions) CreateSession(_ context.Context, given *auth.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.create(given, nil)
}

// create adds a row, of a user who is at hand or nil.
func (s *Sessions) create(given *auth.Session, user *account) error {
	s.sweep(time.Now().UnixMicro())
	if s.byID[given.ID] != nil {
		return errSessionID
	}
	row := &session{
		deadline: deadline{key: given.ID, at: given.ExpiresAt.UnixMicro()},
		stamp:    given.Stamp,
		agent:    s.agent(given.UserAgent),
		remote:   given.Remote,
		created:  given.CreatedAt.UnixMicro(),
		seen:     given.LastSeen.UnixMicro(),
	}
	if user != nil && user.Stamp == row.stamp {
		row.stamp = user.Stamp // one string for both
	}
	row.user.Store(user)
	s.add(row, given.UserID)
	return nil
}

// SessionByID returns a live session.
func (s *Sessions) SessionByID(_ context.Context, id string) (*auth.Session, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	row := s.live(id, time.Now().UnixMicro())
	if row == nil {
		return nil, auth.ErrSessionNotFound
	}
	found := row.session(row.owner.userID)
	return &found, nil
}

// SessionsByUser returns a user's live sessions, the newest first.
func (s *Sessions) SessionsByUser(_ context.Context, userID string) ([]auth.Session, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []auth.Session
	now := time.Now().UnixMicro()
	for row := s.newest(userID); row != nil; row = row.older {
		if row.at > now {
			found = append(found, row.session(userID))
		}
	}
	for i := range found { // by insertion: but for clocks that differ they are in this order
		for ; i > 0 && found[i].CreatedAt.After(found[i-1].CreatedAt); i-- {
			found[i], found[i-1] = found[i-1], found[i]
		}
	}
	return found, nil
}

// CountSessions returns how many sessions have neither ended nor expired.
func (s *Sessions) CountSessions(context.Context) (int64, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return int64(len(s.queue) - s.queue.count(0, time.Now().UnixMicro())), nil
}

// TouchSession moves LastSeen forward.
func (s *Sessions) TouchSession(_ context.Context, id string, seen time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.byID[id]; row != nil {
		row.seen = max(row.seen, seen.UnixMicro())
	}
	return nil
}

// EndSession ends one session.
func (s *Sessions) EndSession(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.byID[id]; row != nil {
		s.remove(row)
	}
	return nil
}

// EndUserSessions ends all sessions of a user but exceptID.
func (s *Sessions) EndUserSessions(_ context.Context, userID, exceptID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for row := s.newest(userID); row != nil; row = row.older {
		if exceptID == "" || row.key != exceptID {
			s.remove(row)
		}
	}
	return nil
}

// RestampSessions replaces one stamp by another on a user's sessions.
func (s *Sessions) RestampSessions(_ context.Context, userID, from, to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for row := s.newest(userID); row != nil; row = row.older {
		if row.stamp == from {
			row.stamp = to
		}
	}
	return nil
}

// live returns the row of a session that has not run out, or nil.
func (s *Sessions) live(id string, now int64) *session {
	if row := s.byID[id]; row != nil && row.at > now {
		return row
	}
	return nil
}

// newest returns the head of a user's list, or nil.
func (s *Sessions) newest(userID string) *session {
	if o := s.owners[userID]; o != nil {
		return o.newest
	}
	return nil
}

// add enters a row in the map, the queue and its owner's list.
func (s *Sessions) add(row *session, userID string) {
	o := s.owners[userID]
	if o == nil {
		o = &owner{userID: userID}
		s.owners[userID] = o
	}
	row.owner, row.older = o, o.newest
	if row.older != nil {
		row.older.newer = row
	}
	o.newest = row
	s.byID[row.key] = row
	s.queue.add(&row.deadline)
}

// remove undoes add. The row keeps its own links, so that a walk from newest
// to oldest may remove as it goes.
func (s *Sessions) remove(row *session) {
	if row.older != nil {
		row.older.newer = row.newer
	}
	if row.newer != nil {
		row.newer.older = row.older
	} else if row.owner.newest = row.older; row.older == nil {
		delete(s.owners, row.owner.userID)
	}
	delete(s.byID, row.key)
	s.queue.remove(&row.deadline)
}

// sweep drops some of the sessions that have expired.
func (s *Sessions) sweep(now int64) {
	for range sweep {
		id, over := s.queue.over(now)
		if !over {
			return
		}
		s.remove(s.byID[id])
	}
}

// agent returns one copy of a user agent for all sessions that share it. The
// copy also lets go of the request header it was cut from. IDs and stamps are
// not worth it: they come from our side and are hardly ever shared.
func (s *Sessions) agent(name string) *string {
	if known, ok := s.agents[name]; ok {
		return known
	}
	if len(s.agents) == maxAgents {
		clear(s.agents)
	}
	name = strings.Clone(name)
	s.agents[name] = &name
	return &name
}

// session returns the row as its reader sees it. The owner's ID is given by
// the caller, who has it at hand: among a million, following row.owner for it
// is a noticeable part of a validation.
func (row *session) session(userID string) auth.Session {
	return auth.Session{
		ID:        row.key,
		UserID:    userID,
		Stamp:     row.stamp,
		UserAgent: *row.agent,
		Remote:    row.remote,
		CreatedAt: time.UnixMicro(row.created).UTC(),
		ExpiresAt: time.UnixMicro(row.at).UTC(),
		LastSeen:  time.UnixMicro(row.seen).UTC(),
	}
}
