package auth_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// tally counts outcomes of parallel logins.
type tally struct{ in, refused, throttled, other atomic.Int64 }

func (c *tally) count(err error) {
	switch {
	case err == nil:
		c.in.Add(1)
	case errors.Is(err, auth.ErrInvalidCredentials):
		c.refused.Add(1)
	case errors.Is(err, auth.ErrThrottled):
		c.throttled.Add(1)
	default:
		c.other.Add(1)
	}
}

// LESSONS 5 (Keycloak #31726, #48272, #52646) and 1 (Vault CVE-2025-6004,
// Authelia CVE-2026-47203): over three nodes and all spellings exactly the
// limit is verified, for a known and an unknown name alike.
func TestParallelGuessesAreVerifiedExactlyToTheLimit(t *testing.T) {
	for what, names := range map[string][]string{
		"an account":      {"john", "JOHN", "john@example.com", "John@Example.Com", "ｊｏｈｎ", " john"},
		"an unknown name": {"nobody", "NOBODY", "nObody", "ｎｏｂｏｄｙ", " nobody", "nobody "},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &faulty{Store: memory.New()}
				nodes := []*house{openHouse(t, store), openHouse(t, store), openHouse(t, store)}
				for _, n := range nodes {
					n.hasher.cost = 30 * time.Millisecond
				}
				var got tally
				var wg sync.WaitGroup
				for i := range 60 {
					wg.Go(func() {
						_, err := nodes[i%3].login(t.Context(), names[i%len(names)], "wrong")
						got.count(err)
					})
				}
				wg.Wait()
				var verified int64
				for _, n := range nodes {
					verified += n.hasher.verified.Load()
				}
				require.EqualValues(t, 10, verified, "exactly the limit is compared")
				require.EqualValues(t, 10, got.refused.Load())
				require.EqualValues(t, 50, got.throttled.Load())
				require.Zero(t, got.other.Load())
			})
		})
	}
}

func TestParallelRightLoginsAllPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		nodes := []*house{openHouse(t, store), openHouse(t, store), openHouse(t, store)}
		for _, n := range nodes {
			n.hasher.cost = 30 * time.Millisecond
		}
		var got tally
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				_, err := nodes[i%3].login(t.Context(), "john", rightPassword)
				got.count(err)
			})
		}
		wg.Wait()
		require.EqualValues(t, 100, got.in.Load(), "waiting is not refusing")
	})
}

func TestTheWindowEndsAndRetryAfterIsTrue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		guess(t, h, "john", home, 10)
		time.Sleep(4 * time.Minute)
		_, err := h.login(t.Context(), "john", rightPassword)
		require.ErrorIs(t, err, auth.ErrThrottled, "the right password is refused like any other")
		var retry *auth.RetryAfter
		require.ErrorAs(t, err, &retry)
		require.Equal(t, 11*time.Minute, retry.After.Round(time.Second))
		time.Sleep(retry.After - time.Second)
		_, err = h.login(t.Context(), "john", rightPassword)
		require.ErrorIs(t, err, auth.ErrThrottled, "not a second early")
		time.Sleep(time.Second)
		h.mustLogin(t)
	})
}

// Whoever is told when to come back is not refused again for another reason.
func TestRetryAfterIsTheLongestOfTheDenials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *auth.Options) { o.AddressLimit = auth.Limit{Max: 10, Window: time.Hour} })
		guess(t, h, "john", home, 10)
		_, err := h.login(t.Context(), "john", rightPassword)
		var retry *auth.RetryAfter
		require.ErrorAs(t, err, &retry)
		require.Equal(t, time.Hour, retry.After, "the account is free after 15 minutes, the address after an hour")
		time.Sleep(retry.After)
		h.mustLogin(t)
	})
}

func TestASlotGivenBackIsTakenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 1 })
		h.hasher.cost = 30 * time.Millisecond
		began := time.Now()
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() { h.mustLogin(t) })
		}
		wg.Wait()
		require.Equal(t, 150*time.Millisecond, time.Since(began), "who waits is woken, and does not find out by asking")
	})
}

// What another node gives back nobody here is told of: it is asked for, ever
// more seldom, and at least twenty times a second.
func TestASlotThatAnotherNodeGivesBackIsFoundByAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		limit := func(o *auth.Options) { o.AccountLimit.Max = 1 }
		there, here := openHouse(t, store, limit), openHouse(t, store, limit)
		there.hasher.cost = 200 * time.Millisecond
		began := time.Now()
		go there.mustLogin(t)
		synctest.Wait()
		var asked []time.Duration
		store.on("Reserve", func() error {
			asked = append(asked, time.Since(began)/time.Millisecond)
			return nil
		})
		here.mustLogin(t)
		require.Equal(t, []time.Duration{0, 1, 3, 7, 15, 31, 63, 113, 163, 213, 213, 213}, asked, "in ms")
	})
}

// guess makes n wrong logins, each of which must be compared.
func guess(t *testing.T, h *house, name string, from netip.Addr, n int) {
	t.Helper()
	for i := range n {
		_, err := h.Login(t.Context(), auth.LoginRequest{Login: name, Password: "wrong", Remote: from})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials, "guess %d", i+1)
	}
}

func refusedFrom(h *house, name string, from netip.Addr) error {
	_, err := h.Login(context.Background(), auth.LoginRequest{Login: name, Password: rightPassword, Remote: from})
	return err
}

// A stranger at one address cannot keep a person out at another, and a botnet
// cannot guess for ever.
func TestOneAddressLocksNobodyOutElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		live := h.mustLogin(t)
		for i := range 10 {
			from := netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})
			guess(t, h, "john", from, 10)
			require.ErrorIs(t, refusedFrom(h, "john", from), auth.ErrThrottled)
			if i < 9 {
				require.NoError(t, refusedFrom(h, "john", home), "another address is not concerned")
			}
		}
		require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled, "a hundred over all addresses is the end")
		_, err := h.Validate(t.Context(), live.Token, 0)
		require.NoError(t, err, "live sessions are not affected")
		time.Sleep(15 * time.Minute)
		require.NoError(t, refusedFrom(h, "john", home), "never permanent")
	})
}

func TestSprayingFromOneAddressIsLimited(t *testing.T) {
	h := newHouse(t)
	for i := range 100 {
		guess(t, h, fmt.Sprintf("user%d", i), home, 1)
	}
	require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled)
	require.NoError(t, refusedFrom(h, "john", netip.MustParseAddr("192.0.2.8")))
}

// LESSONS 2 (better-auth CVE-2026-45364): every spelling of an address and
// every address of a /64 is one.
func TestAnAddressIsCountedByItsNetwork(t *testing.T) {
	for what, addrs := range map[string][]string{
		"IPv6 /64":     {"2001:db8::1", "2001:db8:0:0:ffff:ffff:ffff:ffff", "2001:db8::abcd%eth0"},
		"IPv4 in IPv6": {"192.0.2.1", "::ffff:192.0.2.1", "::ffff:c000:201"},
	} {
		t.Run(what, func(t *testing.T) {
			h := newHouse(t)
			for i := range 10 {
				guess(t, h, "john", netip.MustParseAddr(addrs[i%len(addrs)]), 1)
			}
			for _, a := range addrs {
				require.ErrorIs(t, refusedFrom(h, "john", netip.MustParseAddr(a)), auth.ErrThrottled, a)
			}
			require.NoError(t, refusedFrom(h, "john", netip.MustParseAddr("2001:db8:0:1::1")))
		})
	}
}

func TestWithoutAnAddressTheAccountStillCounts(t *testing.T) {
	h := newHouse(t)
	guess(t, h, "john", netip.Addr{}, 10)
	require.ErrorIs(t, refusedFrom(h, "john", netip.Addr{}), auth.ErrThrottled)
	require.NoError(t, refusedFrom(h, "john", home))
}

func TestASuccessRefundsOnlyItself(t *testing.T) {
	h := newHouse(t)
	guess(t, h, "john", home, 9)
	for range 5 {
		h.mustLogin(t)
	}
	guess(t, h, "john", home, 1)
	require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled, "logging in in between buys no guesses")
}

func TestUnlockForgetsEveryAddress(t *testing.T) {
	h := newHouse(t)
	other := netip.MustParseAddr("192.0.2.8")
	guess(t, h, "john", home, 10)
	guess(t, h, "john", other, 10)
	require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled)
	require.NoError(t, h.Unlock(t.Context(), h.john.ID))
	require.NoError(t, refusedFrom(h, "john", home))
	require.NoError(t, refusedFrom(h, "john", other))
	require.Contains(t, h.events.kinds(), auth.EventAccountUnlocked)
	require.ErrorIs(t, h.Unlock(t.Context(), "nobody"), auth.ErrUserNotFound)
}

func TestARefusalIsRememberedAndToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		guess(t, h, "john", home, 10)
		h.events.take()
		asked := h.store.count("Reserve") + h.store.count("AccountByLogin")
		require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled)
		require.Equal(t, asked+4, h.store.count("Reserve")+h.store.count("AccountByLogin"), "the account is read, and each key is asked about once")
		for range 199 {
			require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled)
		}
		require.LessOrEqual(t, h.store.count("Reserve")+h.store.count("AccountByLogin"), asked+5,
			"what was denied a moment ago is not asked again")
		events := h.events.take()
		require.Len(t, events, 1)
		require.Equal(t, auth.EventLoginThrottled, events[0].Kind)
		require.Equal(t, h.john.ID, events[0].UserID)
		time.Sleep(15 * time.Minute)
		guess(t, h, "john", home, 10)
		h.events.take()
		require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled)
		events = h.events.take()
		require.Len(t, events, 1)
		require.Equal(t, 200, events[0].Count, "the 199 not told of, and this one")
	})
}

func TestAnotherNodesUnlockIsSeenWithinFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Store: memory.New()}
		a, b := openHouse(t, store), openHouse(t, store)
		guess(t, a, "john", home, 10)
		require.ErrorIs(t, refusedFrom(a, "john", home), auth.ErrThrottled)
		require.NoError(t, b.Unlock(t.Context(), b.john.ID))
		time.Sleep(5*time.Second - time.Nanosecond)
		require.ErrorIs(t, refusedFrom(a, "john", home), auth.ErrThrottled, "it is not asked again until then")
		time.Sleep(time.Nanosecond)
		require.NoError(t, refusedFrom(a, "john", home))
	})
}

func TestWaitersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, func(o *auth.Options) { o.AccountLimit.Max = 1 })
		h.hasher.cost = time.Minute / 2
		var got tally
		var atOnce atomic.Int64
		var wg sync.WaitGroup
		began := time.Now()
		for range 300 {
			wg.Go(func() {
				_, err := h.login(t.Context(), "john", rightPassword)
				got.count(err)
				if err != nil {
					if time.Since(began) == 0 {
						atOnce.Add(1)
					}
					require.ErrorIs(t, err, auth.ErrUnavailable)
					require.Contains(t, []time.Duration{0, 10 * time.Second}, time.Since(began), "nobody waits longer than ten seconds at a key")
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, got.in.Load())
		require.EqualValues(t, 299, got.other.Load())
		require.EqualValues(t, 170, atOnce.Load(), "one is compared, one asks, and no more than 128 wait at a key")
	})
}

func TestACrashedNodeLeavesItsSlotsCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.store.on("Settle", func() error { return errors.New("killed") })
		for range 7 {
			_, _ = h.login(t.Context(), "john", "wrong")
		}
		h.store.on("Settle", nil)
		time.Sleep(61 * time.Second)
		guess(t, h, "john", home, 3)
		require.ErrorIs(t, refusedFrom(h, "john", home), auth.ErrThrottled)
	})
}

// What no account can be called has a count of its own each.
func TestWhatIsNoNameIsCountedApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		guess(t, h, "no\x00body", home, 10)
		require.ErrorIs(t, refusedFrom(h, "no\x00body", home), auth.ErrThrottled)
		guess(t, h, "no\x00where", home, 1)
	})
}

// The names people type, which may be passwords, are in no key.
func TestKeysAreDigests(t *testing.T) {
	keys := func(pepper string) map[string]bool {
		store := &keyStore{Store: memory.New(), seen: map[string]bool{}}
		svc, err := auth.New(store, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: new(recorder), ThrottlePepper: []byte(pepper)})
		require.NoError(t, err)
		_, err = svc.Login(t.Context(), auth.LoginRequest{Login: "my secret name", Password: "wrong", Remote: home})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		return store.seen
	}
	plain, peppered := keys(""), keys("pepper")
	require.Len(t, plain, 3)
	for key := range plain {
		require.Regexp(t, `^[A-Za-z0-9_-]{43}(/[A-Za-z0-9_-]{43})?$`, key)
		require.NotContains(t, peppered, key, "the pepper keys the digests")
	}
}

// Nodes of two versions count together, so the digests stay what they are.
func TestDigestsStayWhatTheyAre(t *testing.T) {
	digest := func(h hash.Hash, kind, name string) string {
		h.Write([]byte("sallyport throttle\x00" + kind + "\x00" + name))
		return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
	}
	for pepper, h := range map[string]func() hash.Hash{"": sha256.New, "x": func() hash.Hash { return hmac.New(sha256.New, []byte("x")) }} {
		store := &keyStore{Store: memory.New(), seen: map[string]bool{}}
		svc, err := auth.New(store, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: new(recorder), ThrottlePepper: []byte(pepper)})
		require.NoError(t, err)
		_, err = svc.Login(t.Context(), auth.LoginRequest{Login: "nobody", Password: "wrong", Remote: netip.MustParseAddr("::ffff:192.0.2.7")})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		_, err = svc.Login(t.Context(), auth.LoginRequest{Login: "nobody", Password: "wrong", Remote: netip.MustParseAddr("2001:db8::1:2:3:4%eth0")})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		account := digest(h(), "login", "nobody")
		v4, v6 := digest(h(), "address", "192.0.2.7"), digest(h(), "address", "2001:db8::/64")
		require.Equal(t, map[string]bool{account: true, v4: true, v6: true, account + "/" + v4: true, account + "/" + v6: true}, store.seen)
	}
}
