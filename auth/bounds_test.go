package auth_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// A cache that is full loses what is too old for any caller and no more; where
// that is nothing, a quarter of it.
func TestTheCacheIsBounded(t *testing.T) {
	require.Equal(t, 16384, auth.MaxCached)
	now := time.Now()
	ids := make([]auth.Identity, auth.MaxCached, auth.MaxCached+1)
	for i := range ids {
		ids[i] = auth.Identity{Session: auth.Session{ID: fmt.Sprint(i)}, ReadAt: now}
	}
	n, last := auth.Cached(ids)
	require.Equal(t, auth.MaxCached, n, "it may be full")
	require.True(t, last)

	ids = append(ids, auth.Identity{Session: auth.Session{ID: "one more"}, ReadAt: now})
	n, last = auth.Cached(ids)
	require.Equal(t, auth.MaxCached*3/4, n, "one more, and a quarter goes")
	require.True(t, last)

	for i := range auth.MaxCached / 2 {
		ids[i].ReadAt = now.Add(-time.Minute - time.Second)
	}
	n, last = auth.Cached(ids)
	require.Equal(t, auth.MaxCached/2+1, n, "what is older than a minute goes, and nothing else")
	require.True(t, last)
}

func TestTouchesAreBounded(t *testing.T) {
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprint(i))
	}
	n, again, ended := auth.Touching(ids)
	require.Equal(t, 64, n, "no more than that at once")
	require.False(t, again, "a session is touched once at a time")
	require.True(t, ended, "and when it has been, again")
}

// IDs are random UUIDs (RFC 9562, section 5.4): the version and the variant are
// fixed, every other bit is seen both ways.
func TestIDsAreRandomUUIDs(t *testing.T) {
	digits, pairs := map[int]string{}, map[[2]int]bool{}
	for range 1000 {
		id := auth.NewID()
		require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
		for i := range id {
			for j := range i {
				if id[i] == '-' || id[j] == '-' {
					continue
				}
				if _, seen := pairs[[2]int{j, i}]; !seen || id[i] != id[j] {
					pairs[[2]int{j, i}] = id[i] == id[j]
				}
			}
			if !strings.Contains(digits[i], id[i:i+1]) {
				digits[i] += id[i : i+1]
			}
		}
	}
	for pair, same := range pairs {
		require.False(t, same, "digits %v are always the same", pair)
	}
	for i, seen := range digits {
		want := map[int]int{8: 1, 13: 1, 14: 1, 18: 1, 19: 4, 23: 1}[i]
		if want == 0 {
			want = 16
		}
		require.Len(t, seen, want, "digit %d", i)
	}
}

// Arabic-Indic and extended Arabic-Indic digits look alike (RFC 5892, A.8 and
// A.9): no name has both, wherever they stand and whatever is around them.
func TestNoNameMixesDigits(t *testing.T) {
	letters := []string{"", "a", "\u0628", "\u05d0", "\u4e00"}
	for one := rune(0x0660); one <= 0x0669; one++ {
		for other := rune(0x06f0); other <= 0x06f9; other++ {
			for _, before := range letters {
				for _, between := range letters {
					for _, name := range []string{before + string(one) + between + string(other), before + string(other) + between + string(one)} {
						_, err := auth.Canonical(name + before)
						require.Error(t, err, "%+q", name+before)
					}
				}
			}
		}
	}
}

// Names and texts at the edge of what is allowed.
func TestNamesAtTheEdge(t *testing.T) {
	for name, ok := range map[string]bool{
		strings.Repeat("a", 254): true, strings.Repeat("a", 255): false,
		strings.Repeat("é", 127): true, strings.Repeat("é", 127) + "a": false,
		"a" + strings.Repeat(" ", 260) + "b": false, "~": true, "a\x7f": false, "é\x7f": false, "é\x1f": false, "é~b": true, "é\x7fé": false, "é\x01é": false,
		"john \u200b": false, "\u200b john": false, "john \x7f": false,
		"é\u0080": false, "א1a": false, "é\n": false,
		"\u0628\u0660\u0669": true, "a\u06f0\u06f9": true, "\xffé": false, strings.Repeat("a", 253) + "\xff": false,
	} {
		_, err := auth.Canonical(name)
		require.Equal(t, ok, err == nil, "%q", name)
	}
	h := newHouse(t)
	for n, ok := range map[int]bool{254: true, 255: false} {
		_, err := h.accounts.Create(t.Context(), auth.NewAccount{
			Username: fmt.Sprint("text", n), Name: strings.Repeat("x", n), Password: auth.NewSecret(rightPassword),
		})
		require.Equal(t, ok, err == nil, "a name of %d bytes: %v", n, err)
	}
	mails := map[string]bool{
		"a@b": true, "a@b.c": true, "@b": false, "a@": false, "a": false, "a@b@c": false, "a b@c": false, "a@b c": false, "a@\x00": false,
	}
	for email, ok := range mails {
		_, err := h.accounts.Create(t.Context(), auth.NewAccount{
			Username: "mail-" + hex.EncodeToString([]byte(email)), Email: email, Password: auth.NewSecret(rightPassword),
		})
		if ok {
			require.NoError(t, err, email)
		} else {
			require.ErrorIs(t, err, auth.ErrInvalidAccount, email)
		}
	}
}

func TestRegionsAndStampsAtTheEdge(t *testing.T) {
	for region, ok := range map[string]bool{
		"eu-" + strings.Repeat("n", 27) + "-1": true, "eu-" + strings.Repeat("n", 28) + "-1": false,
		"eusc-az-09": true, "eusca-north-1": false, "zz-zaza-9": true, "e-north-1": false, "eu-n{-1": false, "eu-n`-1": false, "eu-n-:": false, "eu-n-/": false,
	} {
		require.Equal(t, ok, auth.ValidRegion(region), region)
	}
	require.Len(t, auth.StampOf("x"), 16, "96 bits")
	require.NotEqual(t, auth.StampOf("x"), auth.StampOf("y"))
}

// Each account, address and pepper makes keys of its own.
func TestThrottleKeysWithAPepper(t *testing.T) {
	seen := map[string]bool{}
	for i, pepper := range []string{"", "one", "two"} {
		store := &keyStore{Store: memory.New(), seen: map[string]bool{}}
		svc, err := auth.New(store, plainTokens{}, &auth.Options{Hasher: new(plainHasher), Auditor: new(recorder), ThrottlePepper: []byte(pepper)})
		require.NoError(t, err)
		for n, name := range []string{"john", "mary"} {
			_, err := svc.Login(t.Context(), auth.LoginRequest{Login: name, Password: "x", Remote: home})
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
			require.Len(t, store.seen, 3+2*n, "the address has one key, each account two")
		}
		for key := range store.seen {
			seen[key] = true
		}
		require.Len(t, seen, 5*(i+1), "no key is that of another pepper")
	}
}
