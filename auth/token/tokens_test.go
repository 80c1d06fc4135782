package token_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
)

func TestTheDocumentedHeader(t *testing.T) {
	tokens, err := token.NewHS256(secret, nil)
	require.NoError(t, err)
	c := claimsNow()
	tok := issue(t, tokens, c)
	header, rest, _ := strings.Cut(tok, ".")
	require.Equal(t, documented, header, `the API document shows {"alg":"HS256","typ":"JWT"}`)
	body, _, _ := strings.Cut(rest, ".")
	require.Equal(t, encode(payload(c.IssuedAt.Unix(), c.ExpiresAt.Unix()))[:40], body[:40], "the claims stand in one order")
	require.Equal(t, seal(header+"."+body, secret), tok, "anybody's HS256 gives the same token")
}

func TestEveryAlgorithmRoundTrips(t *testing.T) {
	for _, k := range keys(t) {
		t.Run(k.name, func(t *testing.T) {
			tokens := newTokens(t, k.private, nil)
			want := claimsNow()
			tok := issue(t, tokens, want)
			require.Equal(t, want, accepted(t, tokens, tok, "what we mint, we accept"))
			refused(t, newTokens(t, hs256(t, other), nil), tok, "a token of another key")
			if _, symmetric := k.public.([]byte); symmetric {
				return
			}
			public := must[*token.Key](t)(token.Public(k.alg, k.public))
			verifying := newTokens(t, public, nil)
			require.Equal(t, want, accepted(t, verifying, tok, "the public half verifies"))
			_, err := verifying.Issue(t.Context(), want)
			require.ErrorContains(t, err, "private key", "the public half mints nothing")
		})
	}
}

// Whatever is minted comes back as it was and is accepted by the JOSE library
// as well; with any one byte changed, removed or added it is refused.
func TestMintedTokensRoundTrip(t *testing.T) {
	all := keys(t)
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.SampledFrom(all).Draw(t, "key")
		tokens, err := token.New(k.private, &token.Options{
			Issuer: rapid.String().Draw(t, "issuer"), Audience: rapid.String().Draw(t, "audience"),
		})
		require.NoError(t, err)
		iat := time.Unix(rapid.Int64Range(1, time.Now().Unix()).Draw(t, "iat"), 0).UTC()
		want := auth.Claims{
			SessionID: rapid.StringN(1, -1, 200).Draw(t, "session"), UserID: rapid.StringN(1, -1, 200).Draw(t, "user"),
			IssuedAt: iat, ExpiresAt: iat.Add(time.Duration(rapid.IntRange(1, 86400).Draw(t, "lifetime")) * time.Second),
		}
		tok, err := tokens.Issue(t.Context(), want)
		require.NoError(t, err)
		got, err := tokens.Verify(t.Context(), tok)
		require.NoError(t, err, "what we mint, we accept")
		require.Equal(t, want, got, "and it says what it said")
		require.NoError(t, libraryVerifies(k.alg, k.public, tok), "the JOSE library accepts what we accept")

		at, b := rapid.IntRange(0, len(tok)-1).Draw(t, "at"), rapid.Byte().Draw(t, "byte")
		for _, changed := range []string{tok[:at] + string([]byte{b}) + tok[at+1:], tok[:at] + tok[at+1:], tok[:at] + string([]byte{b}) + tok[at:]} {
			if changed == tok {
				continue
			}
			_, err := tokens.Verify(t.Context(), changed)
			require.Equal(t, auth.ErrInvalidToken, err, "one byte at %d", at)
		}
	})
}

// Every byte of one token, each of its eight bits: the last characters of a
// segment have bits that base64 does not use.
func TestEveryBitOfATokenCounts(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	tok := issue(t, tokens, claimsNow())
	for i := range tok {
		for bit := range 8 {
			changed := []byte(tok)
			changed[i] ^= 1 << bit
			refused(t, tokens, string(changed), "one bit changed")
		}
	}
}

func TestIssueRefusesWhatVerifyWould(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	for name, change := range map[string]func(*auth.Claims){
		"no session":        func(c *auth.Claims) { c.SessionID = "" },
		"no user":           func(c *auth.Claims) { c.UserID = "" },
		"1970":              func(c *auth.Claims) { c.IssuedAt, c.ExpiresAt = time.Unix(0, 0), time.Unix(60, 0) },
		"broken UTF-8":      func(c *auth.Claims) { c.UserID = "\xff" },
		"half a second":     func(c *auth.Claims) { c.IssuedAt = c.IssuedAt.Add(time.Second / 2) },
		"zero times":        func(c *auth.Claims) { c.IssuedAt, c.ExpiresAt = time.Time{}, time.Time{} },
		"exp before iat":    func(c *auth.Claims) { c.ExpiresAt = c.IssuedAt.Add(-time.Second) },
		"exp is iat":        func(c *auth.Claims) { c.ExpiresAt = c.IssuedAt },
		"a second too long": func(c *auth.Claims) { c.ExpiresAt = c.ExpiresAt.Add(time.Second) },
		"the year 10000": func(c *auth.Claims) {
			c.ExpiresAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
			c.IssuedAt = c.ExpiresAt.Add(-time.Hour)
		},
		"a user ID too long": func(c *auth.Claims) { c.UserID = strings.Repeat("u", token.MaxToken) },
	} {
		c := claimsNow()
		change(&c)
		tok, err := tokens.Issue(t.Context(), c)
		require.Error(t, err, name)
		require.Empty(t, tok, "%s: no token beside an error", name)
		require.False(t, errors.Is(err, auth.ErrInvalidToken), "%s: minting fails with a fault", name)
		require.NotContains(t, err.Error(), "session\"", "%s: the error does not quote the claims", name)
	}
}

// What is just within the bounds is minted.
func TestIssueAtTheEdges(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	c := claimsNow()
	c.IssuedAt, c.ExpiresAt = time.Unix(1, 0).UTC(), time.Unix(2, 0).UTC()
	require.Equal(t, c, accepted(t, tokens, issue(t, tokens, c), "the first second there is"))
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	issue(t, tokens, auth.Claims{SessionID: "s", UserID: "u", IssuedAt: last.Add(-time.Hour), ExpiresAt: last})

	longest := ""
	for c := claimsNow(); len(longest) < token.MaxToken; c.UserID += "u" {
		tok, err := tokens.Issue(t.Context(), c)
		require.NoError(t, err, "at most %d bytes are minted", token.MaxToken)
		longest = tok
	}
	require.Len(t, longest, token.MaxToken)
	accepted(t, tokens, longest, "as long as a token may be")
}

// LESSONS 13: Vault CVE-2021-32923, a token that lives longer than it may.
func TestLifetimeIsEnforcedByVerifyToo(t *testing.T) {
	long := newTokens(t, hs256(t, secret), &token.Options{Lifetime: 25 * time.Hour})
	day := newTokens(t, hs256(t, secret), nil)
	c := claimsNow()
	accepted(t, day, issue(t, long, c), "24 hours are within 24 hours")
	c.ExpiresAt = c.ExpiresAt.Add(time.Second)
	refused(t, day, issue(t, long, c), "a second more than 24 hours, rightly signed")
}

// Logout ends the session of an expired token, so expiry is the caller's.
func TestVerifyReadsExpiredTokens(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	c := claimsNow()
	c.IssuedAt, c.ExpiresAt = c.IssuedAt.AddDate(-1, 0, 0), c.IssuedAt.AddDate(-1, 0, 0).Add(time.Hour)
	require.Equal(t, c.ExpiresAt, accepted(t, tokens, issue(t, tokens, c), "an expired token is read").ExpiresAt)
}

// LESSONS 13: ZITADEL GHSA-wxg7-w2v3-w38g, claims from the future.
func TestIssuedInTheFuture(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), nil)
	synctest.Test(t, func(t *testing.T) {
		c := claimsNow()
		c.IssuedAt = c.IssuedAt.Add(time.Minute)
		accepted(t, tokens, issue(t, tokens, c), "clocks may differ by a minute")
		c.IssuedAt = c.IssuedAt.Add(time.Second)
		tok := issue(t, tokens, c)
		refused(t, tokens, tok, "issued 61 seconds from now")
		time.Sleep(time.Second) // in the bubble
		accepted(t, tokens, tok, "issued 60 seconds from now")
	})
}

func TestIssuerAndAudienceAreOurs(t *testing.T) {
	tokens := newTokens(t, hs256(t, secret), &token.Options{Issuer: "a", Audience: "b"})
	accepted(t, tokens, issue(t, tokens, claimsNow()), "our own")
	for _, o := range []*token.Options{nil, {Issuer: "a"}, {Audience: "b"}, {Issuer: "b", Audience: "a"}, {Issuer: "A", Audience: "b"}} {
		refused(t, tokens, issue(t, newTokens(t, hs256(t, secret), o), claimsNow()), "another issuer or audience under the same key")
	}
}

// LESSONS 17: Navidrome CVE-2023-51442, a fallback key.
func TestNewFailsWithoutAGoodKey(t *testing.T) {
	for name, made := range map[string]func() (*token.Tokens, error){
		"no secret":    func() (*token.Tokens, error) { return token.NewHS256(nil, nil) },
		"short secret": func() (*token.Tokens, error) { return token.NewHS256(secret[:31], nil) },
		"no key":       func() (*token.Tokens, error) { return token.New(nil, nil) },
		"zero key":     func() (*token.Tokens, error) { return token.New(new(token.Key), nil) },
		"no other key": func() (*token.Tokens, error) {
			return token.NewHS256(secret, &token.Options{Accept: []*token.Key{nil}})
		},
		"one header twice": func() (*token.Tokens, error) {
			return token.NewHS256(secret, &token.Options{Accept: []*token.Key{hs256(t, other)}})
		},
		"negative lifetime": func() (*token.Tokens, error) { return token.NewHS256(secret, &token.Options{Lifetime: -1}) },
		"part of a second": func() (*token.Tokens, error) {
			return token.NewHS256(secret, &token.Options{Lifetime: time.Second / 2})
		},
		"issuer not UTF-8": func() (*token.Tokens, error) { return token.NewHS256(secret, &token.Options{Issuer: "\xff"}) },
	} {
		tokens, err := made()
		require.Error(t, err, name)
		require.Nil(t, tokens, name)
		require.NotContains(t, err.Error(), string(secret[:8]), "%s: an error never shows a secret", name)
	}
}
