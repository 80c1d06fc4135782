package storetest_test

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// written changes what it is given on its way into the columns.
type written struct {
	*memory.Store
	account func(*auth.Account)
	session func(*auth.Session)
}

func (f written) CreateAccount(ctx context.Context, a *auth.Account) error {
	row := *a
	f.account(&row)
	return f.Store.CreateAccount(ctx, &row)
}

func (f written) CreateSession(ctx context.Context, s *auth.Session) error {
	row := *s
	f.session(&row)
	return f.Store.CreateSession(ctx, &row)
}

func accounts(change func(*auth.Account)) func() auth.Store {
	return func() auth.Store { return written{memory.New(), change, func(*auth.Session) {}} }
}

func sessions(change func(*auth.Session)) func() auth.Store {
	return func() auth.Store { return written{memory.New(), func(*auth.Account) {}, change} }
}

// texts changes all columns of text but the keys.
func texts(change func(string) string) func() auth.Store {
	each := func(columns ...*string) {
		for _, c := range columns {
			*c = change(*c)
		}
	}
	return func() auth.Store {
		return written{memory.New(), func(a *auth.Account) {
			each(&a.Username, &a.Email, &a.Name, &a.Organization, &a.AWSRegion)
			a.PasswordHash = auth.NewSecret(change(a.PasswordHash.Reveal()))
		}, func(s *auth.Session) { each(&s.UserID, &s.Stamp, &s.UserAgent) }}
	}
}

// times changes all columns of time.
func times(change func(time.Time) time.Time) func() auth.Store {
	each := func(columns ...*time.Time) {
		for _, c := range columns {
			*c = change(*c)
		}
	}
	return func() auth.Store {
		return written{
			memory.New(),
			func(a *auth.Account) { each(&a.CreatedAt, &a.UpdatedAt, &a.LastLogin) },
			func(s *auth.Session) { each(&s.CreatedAt, &s.ExpiresAt, &s.LastSeen) },
		}
	}
}

func remotes(change func(netip.Addr) netip.Addr) func() auth.Store {
	return sessions(func(s *auth.Session) { s.Remote = change(s.Remote) })
}

// replaced is a change of text.
func replaced(oldnew ...string) func(string) string { return strings.NewReplacer(oldnew...).Replace }

// upTo is a character set that ends with a rune.
func upTo(last rune) func(string) string {
	return func(text string) string {
		return strings.Map(func(r rune) rune {
			if r > last {
				return '?'
			}
			return r
		}, text)
	}
}

// short is a column of 100 bytes.
func short(text string) string { return text[:min(len(text), 100)] }

func nulled(text string) string {
	if text == "" {
		return "NULL"
	}
	return text
}

func wholeSeconds(t time.Time) time.Time { return t.Truncate(time.Second) }

// wallClock is a column without a zone.
func wallClock(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// since1970 has no word for never.
func since1970(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0)
	}
	return t
}

// correctRole makes roles out of what is none.
func correctRole(a *auth.Account) {
	a.Role = auth.Role(strings.ToLower(strings.TrimSpace(string(a.Role))))
}

// numberedRole writes roles by number and is one off.
func numberedRole(a *auth.Account) {
	switch a.Role {
	case auth.RoleUser:
		a.Role = auth.RoleAdmin
	case auth.RoleAdmin:
		a.Role = auth.RoleSuperAdmin
	case auth.RoleSuperAdmin:
		a.Role = auth.RoleUser
	}
}

// activeByDefault leaves zero values to the column's default.
func activeByDefault(a *auth.Account) { a.Active = true }

func in16Bytes(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.AddrFrom16(a.As16())
	}
	return a
}

func ipv4Alone(a netip.Addr) netip.Addr {
	if a.Is6() {
		return netip.Addr{}
	}
	return a
}

func unspecified(a netip.Addr) netip.Addr {
	if !a.IsValid() {
		return netip.IPv4Unspecified()
	}
	return a
}

func unzoned(a netip.Addr) netip.Addr { return a.WithZone("") }
