package token_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth/token"
)

func TestRotation(t *testing.T) {
	first, second := hs256(t, secret), hs256(t, other).Named()
	synctest.Test(t, func(t *testing.T) {
		tokens := newTokens(t, first, nil)
		old := issue(t, tokens, claimsNow())
		time.Sleep(time.Hour)
		last := issue(t, tokens, claimsNow())
		require.NoError(t, tokens.Rotate(second))

		fresh := issue(t, tokens, claimsNow())
		require.False(t, strings.HasPrefix(fresh, documented+"."), "the next key mints, under its own name")
		accepted(t, tokens, fresh, "the next key's token")
		accepted(t, tokens, old, "no valid token is lost")
		accepted(t, tokens, last, "not even one just minted")

		time.Sleep(24*time.Hour - time.Second)
		accepted(t, tokens, last, "valid for a second more")
		time.Sleep(time.Second)
		refused(t, tokens, last, "expired, and its key retired with it")
		now := time.Now().Unix()
		refused(t, tokens, forge(documented, payload(now, now+60), secret), "a fresh token of a retired key")
		accepted(t, tokens, fresh, "the next key has no end")
		time.Sleep(10 * 24 * time.Hour)
		accepted(t, tokens, issue(t, tokens, claimsNow()), "the next key has no end")
	})
}

// Nodes that share a store never see a token they cannot verify.
func TestRotationOverSeveralNodes(t *testing.T) {
	first, second := hs256(t, secret), hs256(t, other).Named()
	a, b := newTokens(t, first, nil), newTokens(t, first, nil)
	require.NoError(t, a.Accept(second))
	require.NoError(t, b.Accept(second))
	require.NoError(t, a.Rotate(second))
	accepted(t, b, issue(t, a, claimsNow()), "b accepts what a mints with the next key")
	accepted(t, a, issue(t, b, claimsNow()), "a accepts what b still mints with the former")
	require.NoError(t, b.Rotate(second))
	require.NoError(t, b.Rotate(second), "rotating to the key that mints changes nothing")
	accepted(t, a, issue(t, b, claimsNow()), "both on the next")
	restarted := newTokens(t, second, &token.Options{Accept: []*token.Key{first}})
	accepted(t, restarted, issue(t, newTokens(t, first, nil), claimsNow()), "a restart keeps the former key from the configuration")
	accepted(t, a, issue(t, restarted, claimsNow()), "and mints what the others accept")
}

// Three nodes learn of each rotation at different moments, in the order that is
// documented, while all of them mint and verify: no valid token is lost on any
// of them, a retired key's fresh token is refused by all. Under -race this is
// also concurrent use of what is being changed.
func TestRotationOverNodesUnderLoad(t *testing.T) {
	const lifetime, overlap = time.Hour, 10 * time.Minute
	keys := []*token.Key{hs256(t, secret)}
	for i := range 4 {
		keys = append(keys, hs256(t, fmt.Appendf(nil, "%032d", i)).Named())
	}
	synctest.Test(t, func(t *testing.T) {
		var nodes []*token.Tokens
		for range 3 {
			nodes = append(nodes, newTokens(t, keys[0], &token.Options{Lifetime: lifetime, Overlap: overlap}))
		}
		var stop atomic.Bool
		var minted atomic.Int64
		var load sync.WaitGroup
		for worker := range 30 {
			load.Go(func() {
				for n := worker; !stop.Load(); n++ {
					minted.Add(1)
					mintAndFollow(t, nodes[n%len(nodes)], nodes, lifetime)
				}
			})
		}
		for i, next := range keys[1:] {
			for _, n := range nodes {
				time.Sleep(7 * time.Minute)
				require.NoError(t, n.Accept(next))
			}
			for j, n := range nodes {
				if j > 0 {
					time.Sleep(overlap/2 - time.Second)
				}
				require.NoError(t, n.Rotate(next))
			}
			time.Sleep(lifetime + overlap)
			c := claimsNow()
			c.ExpiresAt = c.IssuedAt.Add(time.Minute)
			retired := issue(t, newTokens(t, keys[i], nil), c)
			for _, n := range nodes {
				refused(t, n, retired, "a fresh token of a retired key")
			}
		}
		stop.Store(true)
		load.Wait()
		require.Greater(t, minted.Load(), int64(100))
	})
}

// mintAndFollow shows a token of one node to all of them, when it is new, later
// and in the last second of its life.
func mintAndFollow(t *testing.T, by *token.Tokens, nodes []*token.Tokens, lifetime time.Duration) {
	c := claimsNow()
	c.ExpiresAt = c.IssuedAt.Add(lifetime)
	tok, err := by.Issue(t.Context(), c)
	if !assert.NoError(t, err) {
		return
	}
	for _, later := range []time.Duration{0, lifetime / 2, lifetime/2 - time.Second} {
		time.Sleep(later)
		for _, n := range nodes {
			if got, err := n.Verify(t.Context(), tok); assert.NoError(t, err, "a valid token is lost") {
				assert.Equal(t, c, got)
			}
		}
	}
	time.Sleep(61 * time.Second) // so that the workers drift apart from the rotations
}

// A node that rotated early hears of tokens minted after that.
func TestOverlap(t *testing.T) {
	first, second := hs256(t, secret), hs256(t, other).Named()
	synctest.Test(t, func(t *testing.T) {
		o := &token.Options{Lifetime: time.Hour, Overlap: 5 * time.Minute}
		restarted := *o
		restarted.Accept = []*token.Key{first}
		early, late, started := newTokens(t, first, o), newTokens(t, first, o), newTokens(t, second, &restarted)
		require.NoError(t, early.Rotate(second))
		time.Sleep(5*time.Minute - time.Second)
		c := claimsNow()
		c.ExpiresAt = c.IssuedAt.Add(time.Hour)
		tok := issue(t, late, c)
		time.Sleep(time.Hour)
		accepted(t, early, tok, "in its last second, on the node that rotated early")
		accepted(t, started, tok, "and on one that began with the next key")
		time.Sleep(time.Second)
		refused(t, early, tok, "a lifetime and the overlap later")
		refused(t, started, tok, "a lifetime and the overlap later")
	})
	_, err := token.NewHS256(secret, &token.Options{Overlap: -time.Second})
	require.ErrorContains(t, err, "Overlap")
}

// After a restart the former key without a kid still has its end.
func TestTheUnnamedKeyEndsAfterARestartToo(t *testing.T) {
	first, second := hs256(t, secret), hs256(t, other).Named()
	synctest.Test(t, func(t *testing.T) {
		tokens := newTokens(t, second, &token.Options{Lifetime: time.Hour, Accept: []*token.Key{first}})
		forged := func() string {
			now := time.Now().Unix()
			return forge(documented, payload(now, now+60), secret)
		}
		time.Sleep(time.Hour - time.Second)
		accepted(t, tokens, forged(), "within a lifetime")
		time.Sleep(time.Second)
		refused(t, tokens, forged(), "a lifetime later")
		require.NoError(t, tokens.Accept(second), "and what is accepted already stays as it is")
		refused(t, tokens, forged(), "a change of the set brings nothing back")
	})
}

// Keys that have a kid stay for as long as the configuration lists them, and a
// set does not keep the ones whose end has come.
func TestNamedKeysHaveNoEndOfTheirOwn(t *testing.T) {
	first, second, third := hs256(t, secret).Named(), hs256(t, other).Named(), hs256(t, append(other, 'x')).Named()
	synctest.Test(t, func(t *testing.T) {
		tokens := newTokens(t, first, &token.Options{Accept: []*token.Key{second}})
		time.Sleep(72 * time.Hour)
		accepted(t, tokens, issue(t, tokens, claimsNow()), "the key that mints")
		accepted(t, tokens, issue(t, newTokens(t, second, nil), claimsNow()), "another one in the configuration")
		require.NoError(t, tokens.Rotate(third))
		require.Equal(t, 3, token.KeysHeld(tokens))
		time.Sleep(72 * time.Hour)
		require.NoError(t, tokens.Accept(second))
		require.Equal(t, 2, token.KeysHeld(tokens), "rotating every day does not make the set grow")
	})
}

// What is being retired is not brought back by the configuration that still
// lists it.
func TestAcceptKeepsTheEndOfAFormerKey(t *testing.T) {
	first, second := hs256(t, secret).Named(), hs256(t, other).Named()
	synctest.Test(t, func(t *testing.T) {
		tokens, former := newTokens(t, first, nil), newTokens(t, first, nil)
		require.NoError(t, tokens.Rotate(second))
		require.NoError(t, tokens.Accept(first), "a key that is accepted already is no error")
		time.Sleep(24*time.Hour - time.Second)
		accepted(t, tokens, issue(t, former, claimsNow()), "within a lifetime")
		time.Sleep(time.Second)
		refused(t, tokens, issue(t, former, claimsNow()), "a lifetime later")
	})
}

func TestRevoke(t *testing.T) {
	first, second := hs256(t, secret), hs256(t, other).Named()
	tokens := newTokens(t, first, nil)
	tok := issue(t, tokens, claimsNow())
	require.ErrorContains(t, tokens.Revoke(first), "rotate to another first")
	require.NoError(t, tokens.Rotate(second))
	accepted(t, tokens, tok, "before it is revoked")
	require.NoError(t, tokens.Revoke(first))
	refused(t, tokens, tok, "from the moment it is revoked")
	require.NoError(t, tokens.Revoke(first), "revoking again is no error")
	accepted(t, tokens, issue(t, tokens, claimsNow()), "others are untouched")
}

// A key that has leaked is refused under every header it has.
func TestRevokeIsOfTheKeyNotOfAHeader(t *testing.T) {
	_, priv := must2(t)(ed25519.GenerateKey(rand.Reader))
	key := must[*token.Key](t)
	for name, both := range map[string][2]*token.Key{
		"with and without a kid": {hs256(t, secret), hs256(t, secret).Named()},
		"both names of Ed25519":  {key(token.EdDSA(priv)), key(token.Ed25519(priv))},
	} {
		tokens := newTokens(t, hs256(t, other).Named(), &token.Options{Accept: both[:]})
		var minted [2]string
		for i, k := range both {
			minted[i] = issue(t, newTokens(t, k, nil), claimsNow())
			accepted(t, tokens, minted[i], name)
		}
		require.NoError(t, tokens.Revoke(both[0]), name)
		refused(t, tokens, minted[0], name+", the one given")
		refused(t, tokens, minted[1], name+", the other one")
		require.ErrorContains(t, newTokens(t, both[0], nil).Revoke(both[1]), "rotate to another first", name)
	}
}

func TestTheSetRefusesKeysThatDoNotFit(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	pub, _ := must2(t)(ed25519.GenerateKey(rand.Reader))
	public := must[*token.Key](t)(token.Public("EdDSA", pub))
	for _, k := range []*token.Key{nil, new(token.Key), hs256(t, other), hs256(t, secret)} {
		require.Error(t, tokens.Accept(k), "%v", k)
		require.Error(t, tokens.Rotate(k), "%v", k)
	}
	require.ErrorContains(t, tokens.Accept(hs256(t, other)), "Named", "two keys cannot have one header")
	require.Error(t, tokens.Revoke(nil))
	require.ErrorContains(t, tokens.Rotate(public), "public")
	require.NoError(t, tokens.Accept(public), "a public key may be accepted")
	tok := issue(t, tokens, claimsNow())
	require.True(t, strings.HasPrefix(tok, documented+"."), "a change that fails leaves all as it was")
	accepted(t, tokens, tok, "a change that fails leaves all as it was")
}

// A private key takes the place of its own public half.
func TestRotateToAnAcceptedPublicKey(t *testing.T) {
	pub, priv := must2(t)(ed25519.GenerateKey(rand.Reader))
	key := must[*token.Key](t)
	tokens := newTokens(t, hs256(t, secret), &token.Options{Accept: []*token.Key{key(token.Public("EdDSA", pub))}})
	require.NoError(t, tokens.Rotate(key(token.EdDSA(priv))))
	accepted(t, tokens, issue(t, tokens, claimsNow()), "minted with the private half")
	require.NoError(t, tokens.Rotate(key(token.Ed25519(priv))), "the same key under its newer name has another header")
	accepted(t, tokens, issue(t, tokens, claimsNow()), "minted under the newer name")
}

// Under -race: while keys are rotated to and revoked, every token that is
// minted is accepted from then on.
func TestRotationUnderLoad(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	var next []*token.Key
	for i := range 100 {
		next = append(next, hs256(t, fmt.Appendf(nil, "%032d", i)).Named())
	}
	var stop atomic.Bool
	var lost, minted atomic.Int64
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() {
			for c := claimsNow(); !stop.Load() || minted.Load() < 1000; minted.Add(1) {
				tok, err := tokens.Issue(t.Context(), c)
				if err != nil {
					lost.Add(1)
					return
				}
				for range 3 {
					if _, err := tokens.Verify(t.Context(), tok); err != nil {
						lost.Add(1)
					}
				}
				tokens.JWKS()
			}
		})
	}
	for i, k := range next {
		if i%2 == 0 {
			require.NoError(t, tokens.Accept(k))
		}
		require.NoError(t, tokens.Rotate(k))
		for seen := minted.Load(); minted.Load() < seen+4 && lost.Load() == 0; {
			tokens.JWKS() // let the load pass
		}
	}
	stop.Store(true)
	load.Wait()
	require.Zero(t, lost.Load(), "rotation under load loses no token")
}
