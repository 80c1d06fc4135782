package josetest

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/sallyport-go/sallyport/auth"
)

// Tokens are changed in every way an attacker has, and in some that take the
// key. What we accept, both peers accept and read alike. What we refuse although
// either of them accepts it, is refused for a reason that docs/tokens.md lists;
// and what such a reason applies to is refused.
func TestWeAgreeWithOthers(t *testing.T) {
	all := signers(t)
	accepted := map[string]int{}
	alone := map[string]int{} // times that a reason was the only one
	rapid.Check(t, func(t *rapid.T) {
		for range 60 {
			s := rapid.SampledFrom(all).Draw(t, "signer")
			tok := s.draw(t)
			p := parse(tok)
			at := time.Now()
			if iat, ok := seconds(p.claims["iat"]); ok && iat > 0 {
				at = time.Unix(iat, 0)
			}
			ours, err := s.tokens.Verify(t.Context(), tok)
			jwx, jwxErr := s.jwx(tok, at)
			golang, golangErr := s.golang(tok, at)
			var reasons []string
			for _, r := range refusals {
				if r.applies(&s, p) {
					reasons = append(reasons, r.name)
				}
			}
			if err == nil {
				accepted[s.name]++
				require.NoError(t, jwxErr, "jwx refuses what we accept: %s", p.payload)
				require.NoError(t, golangErr, "golang-jwt refuses what we accept: %s", p.payload)
				require.Empty(t, reasons, "the list says that this is refused: %s", p.payload)
				require.Contains(t, jwx.Audience, "sallyport")
				want := said{"sallyport", ours.UserID, ours.SessionID, jwx.Audience, ours.IssuedAt.Unix(), ours.ExpiresAt.Unix()}
				require.Equal(t, want, *jwx, "jwx reads it otherwise")
				require.Equal(t, want, *golang, "golang-jwt reads it otherwise")
				continue
			}
			require.Equal(t, auth.ErrInvalidToken, err)
			require.Zero(t, ours)
			if jwxErr == nil || golangErr == nil {
				require.NotEmpty(t, reasons, "refused for no reason that is listed (jwx: %v, golang-jwt: %v): %s %s", jwxErr, golangErr, tok, p.payload)
				if len(reasons) == 1 {
					alone[reasons[0]]++
				}
			}
		}
	})
	for _, s := range all {
		require.Greater(t, accepted[s.name], 20, "%s: the changes must leave some tokens good", s.name)
	}
	for _, r := range refusals {
		t.Logf("%4d %s", alone[r.name], r.name)
		require.NotZero(t, alone[r.name], "nobody accepts %q: the list has a row that is not needed", r.name)
	}
}

// draw is a token of a signer, changed in up to three ways.
func (s *signer) draw(t *rapid.T) string {
	d := s.good(t)
	kinds := rapid.SampledFrom([]string{"", "", "c", "c", "cc", "h", "t", "t", "ct", "hc", "f"}).Draw(t, "kinds of change")
	for range strings.Count(kinds, "c") {
		if len(d.members) > 0 {
			d.changeClaims(t)
		}
	}
	if strings.Contains(kinds, "h") {
		d.changeHeader(t)
	}
	d.foreign = kinds == "f"
	tok := s.token(d)
	if strings.Contains(kinds, "t") {
		tok = s.changeText(t, tok)
	}
	return tok
}

// The list that the test above holds us to is the one that people read.
func TestEveryRefusalIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../docs/tokens.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "\n## What others accept and we refuse\n")
	require.True(t, found)
	table, _, _ = strings.Cut(table, "\n## ")
	for _, r := range refusals {
		require.Contains(t, table, "\n| "+r.name+" |", "docs/tokens.md has a row for each refusal")
	}
	require.Equal(t, len(refusals)+2, strings.Count(table, "\n|"), "and no other row")
}
