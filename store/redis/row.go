package redisstore

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// fields returns the names and values of a session's hash. Times are Unix
// microseconds; no address is the empty one.
func fields(s *auth.Session) []any {
	remote := ""
	if s.Remote.IsValid() {
		remote = s.Remote.String()
	}
	return []any{
		"user", s.UserID,
		"stamp", s.Stamp,
		"agent", s.UserAgent,
		"remote", remote,
		"created", s.CreatedAt.UnixMicro(),
		"expires", s.ExpiresAt.UnixMicro(),
		"seen", s.LastSeen.UnixMicro(),
	}
}

// parse undoes fields. Its errors name a field and never say what is in it.
func parse(id string, row map[string]string) (*auth.Session, error) {
	for _, name := range []string{"user", "stamp", "agent", "remote"} {
		if _, ok := row[name]; !ok {
			return nil, fmt.Errorf("the session has no field %q", name)
		}
	}
	s := &auth.Session{ID: id, UserID: row["user"], Stamp: row["stamp"], UserAgent: row["agent"]}
	var err error
	if row["remote"] != "" {
		if s.Remote, err = netip.ParseAddr(row["remote"]); err != nil {
			return nil, errors.New(`the session's field "remote" is no address`)
		}
	}
	for name, to := range map[string]*time.Time{"created": &s.CreatedAt, "expires": &s.ExpiresAt, "seen": &s.LastSeen} {
		if *to, err = parseTime(row[name]); err != nil {
			return nil, fmt.Errorf("field %q: %w", name, err)
		}
	}
	return s, nil
}

func parseTime(micros string) (time.Time, error) {
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil {
		return time.Time{}, errors.New("the session has a time that is no number of microseconds")
	}
	return time.UnixMicro(n).UTC(), nil
}
