package httpadapter_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// besieged is two nodes on one store, with John and with Mallory, who has an
// account of her own.
type besieged struct {
	nodes  [2]http.Handler
	faults storetest.Faults
	audit  *authtest.Recorder
	johns  string // a live token of John's
}

func newBesieged(t *testing.T) *besieged {
	t.Helper()
	b, kept := &besieged{audit: &authtest.Recorder{}}, memory.New()
	tokens, err := token.NewHS256([]byte(strings.Repeat("k", 32)), nil)
	require.NoError(t, err)
	quiet := slog.New(slog.DiscardHandler)
	for i := range b.nodes {
		svc, err := auth.New(auth.Compose(kept, b.faults.Sessions(kept), b.faults.Throttle(kept)), tokens, &auth.Options{Hasher: plainHasher{}, Auditor: b.audit, Logger: quiet})
		require.NoError(t, err)
		accounts := auth.NewAccounts(kept, svc)
		if i == 0 {
			for _, name := range []string{"john", "mallory"} {
				_, err := accounts.Create(t.Context(), auth.NewAccount{Username: name, Email: name + "@example.com", Password: auth.NewSecret(password)})
				require.NoError(t, err)
			}
		}
		b.nodes[i], err = httpadapter.New(svc, &httpadapter.Options{Auditor: svc, Logger: quiet, Cookie: &httpadapter.Cookie{}, Sessions: svc, Passwords: accounts})
		require.NoError(t, err)
	}
	b.johns = b.login(t, 0, "john", password, "203.0.113.9:1").Token
	return b
}

func (b *besieged) login(t *testing.T, node int, name, pw, from string, change ...func(*http.Request)) answer {
	t.Helper()
	r := post("/api/auth/login", `{"username":"`+name+`","password":"`+pw+`"}`)
	r.RemoteAddr = from
	for _, c := range change {
		c(r)
	}
	return ask(t, b.nodes[node], r)
}

const den = "198.51.100.7:4711"

// LESSONS 1 (Vault CVE-2025-6004, Authelia CVE-2026-47203), 2 (better-auth
// CVE-2026-45364), 3 and 6 (Keycloak CVE-2026-9798, CVE-2026-16103): whatever a
// guesser varies, ten guesses at an account from an address are looked at in a
// quarter of an hour, and then the right password is refused as well.
func TestNothingBuysAnEleventhGuess(t *testing.T) {
	johns := []string{"john", "JOHN", "john@example.com", "John@EXAMPLE.com", " john ", "\uff4aohn"}
	for what, guess := range map[string]func(t *testing.T, b *besieged, i int) answer{
		"nothing varied": func(t *testing.T, b *besieged, _ int) answer { return b.login(t, 0, "john", "wrong", den) },
		"spelling and e-mail": func(t *testing.T, b *besieged, i int) answer {
			return b.login(t, 0, johns[i%len(johns)], "wrong", den)
		},
		"nodes": func(t *testing.T, b *besieged, i int) answer { return b.login(t, i%2, "john", "wrong", den) },
		"ports": func(t *testing.T, b *besieged, i int) answer {
			return b.login(t, 0, "john", "wrong", fmt.Sprint("198.51.100.7:", i+1))
		},
		"IPv4 in IPv6": func(t *testing.T, b *besieged, i int) answer {
			return b.login(t, 0, "john", "wrong", []string{den, "[::ffff:198.51.100.7]:1"}[i%2])
		},
		"passwords' length": func(t *testing.T, b *besieged, i int) answer {
			return b.login(t, 0, "john", strings.Repeat("x", 1+i*500), den)
		},
		"headers": func(t *testing.T, b *besieged, i int) answer {
			return b.login(t, 0, "john", "wrong", den, func(r *http.Request) {
				for _, name := range []string{"X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "True-Client-IP", "X-Client-IP", "User-Agent", "X-Request-Id"} {
					r.Header.Set(name, fmt.Sprint("192.0.2.", i))
				}
				r.Header.Set("Forwarded", fmt.Sprint("for=192.0.2.", i))
			})
		},
		"cookies": func(t *testing.T, b *besieged, i int) answer {
			return b.login(t, 0, "john", "wrong", den, func(r *http.Request) {
				r.AddCookie(&http.Cookie{Name: "__Host-session", Value: []string{b.johns, fmt.Sprint("x", i)}[i%2]})
			})
		},
		"logging in to one's own account in between": func(t *testing.T, b *besieged, i int) answer {
			require.Equal(t, 200, b.login(t, i%2, "mallory", password, den).status)
			return b.login(t, i%2, "john", "wrong", den)
		},
		"the password route, with a stolen session": func(t *testing.T, b *besieged, i int) answer {
			if i%2 == 0 {
				return b.login(t, 0, "john", "wrong", den)
			}
			r := postAs("/api/auth/password", b.johns, `{"current_password":"wrong","new_password":"gravel tulip monsoon"}`)
			r.RemoteAddr = den
			return ask(t, b.nodes[0], r)
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBesieged(t)
				for i := range 10 {
					status := guess(t, b, i).status
					require.Contains(t, []int{401, 403}, status, "guess %d is looked at", i+1)
				}
				for i := range 5 {
					require.Equal(t, 429, guess(t, b, i).status, "and no further one")
				}
				for node := range b.nodes {
					require.Equal(t, 429, b.login(t, node, "john", password, den).status, "the right password is refused like any other")
					require.Equal(t, 200, b.login(t, node, "john", password, "203.0.113.9:1").status, "John himself is elsewhere")
				}
				require.Equal(t, 200, ask(t, b.nodes[0], bearing("GET", "/api/auth/validate", b.johns)).status, "live sessions are unaffected")
				time.Sleep(15 * time.Minute)
				require.Equal(t, 200, b.login(t, 0, "john", password, den).status, "never permanent")
			})
		})
	}
}

// Spraying many accounts from one address ends at a hundred failures, whatever
// the sprayer's own logins in between; others are not concerned.
func TestSprayingEndsWhateverIsLoggedInToInBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBesieged(t)
		for i := range 100 {
			require.Equal(t, 401, b.login(t, i%2, fmt.Sprint("person", i), "wrong", den).status)
			require.Equal(t, 200, b.login(t, i%2, "mallory", password, den).status, "the hundredth failure is the last")
			if i == 98 {
				break
			}
		}
		require.Equal(t, 401, b.login(t, 0, "person", "wrong", den).status)
		for _, name := range []string{"john", "mallory", "anybody"} {
			require.Equal(t, 429, b.login(t, 0, name, password, den).status)
		}
		require.Equal(t, 200, b.login(t, 0, "john", password, "203.0.113.9:1").status)
	})
}

// The header is true to the second: who waits exactly that long is let in, and
// a second earlier is not.
func TestRetryAfterIsTrueToTheSecond(t *testing.T) {
	for _, since := range []time.Duration{0, 400 * time.Millisecond, 7*time.Minute + 999*time.Millisecond, 14*time.Minute + 58*time.Second + time.Nanosecond} {
		for _, early := range []time.Duration{time.Second, 0} {
			synctest.Test(t, func(t *testing.T) {
				b := newBesieged(t)
				for range 10 {
					b.login(t, 0, "john", "wrong", den)
				}
				time.Sleep(since)
				a := b.login(t, 1, "john", password, den)
				require.Equal(t, 429, a.status)
				seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
				require.NoError(t, err)
				time.Sleep(time.Duration(seconds)*time.Second - early)
				want := map[bool]int{true: 429, false: 200}[early > 0]
				require.Equal(t, want, b.login(t, 1, "john", password, den).status, "%v before the %d s told %v after the last guess", early, seconds, since)
			})
		}
	}
}

// An account and a name that nobody has are answered alike, attempt by attempt,
// byte by byte, headers and all.
func TestUnknownNamesAreAnsweredAlike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBesieged(t)
		for i := range 15 {
			known := b.login(t, i%2, "john", "wrong", "198.51.100.7:1")
			unknown := b.login(t, i%2, "nobody", "wrong", "198.51.100.8:1")
			require.Equal(t, known.status, unknown.status, "attempt %d", i+1)
			require.Equal(t, known.raw, unknown.raw)
			require.Equal(t, known.header, unknown.header)
			time.Sleep(7 * time.Second)
		}
		require.Equal(t, 429, b.login(t, 0, "nobody", "wrong", "198.51.100.8:1").status)
	})
}

// Without its counts nobody is let in, and somebody is told.
func TestWithoutTheThrottleStoreNobodyLogsIn(t *testing.T) {
	for kind, fault := range map[string]storetest.Fault{"fails": storetest.Fail, "times out": storetest.TimeOut} {
		synctest.Test(t, func(t *testing.T) {
			b := newBesieged(t)
			b.faults.On("Reserve", 0, fault)
			for range 30 {
				for _, pw := range []string{password, "wrong"} {
					a := b.login(t, 0, "john", pw, den)
					a.is(t, 503, "Service temporarily unavailable")
					require.Equal(t, "1", a.header.Get("Retry-After"))
				}
			}
			require.Equal(t, 200, ask(t, b.nodes[0], bearing("GET", "/api/auth/validate", b.johns)).status)
			synctest.Wait()
			told := b.audit.Events(auth.EventFault)
			require.NotEmpty(t, told, kind)
			require.Equal(t, "reserve a login", told[0].Reason)
			require.Error(t, told[0].Err)
			require.True(t, kind != "fails" || errors.Is(told[0].Err, storetest.ErrInjected))
			b.faults.Clear()
			require.Equal(t, 200, b.login(t, 0, "john", password, den).status, "nothing was counted")
		})
	}
}
