package auth_test

import (
	"context"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/store/memory"
)

// The times of two kinds of failing login are compared as an attacker would:
// many pairs, the order in each drawn by lot, so that what else the machine
// does meets both; then the Wilcoxon signed-rank test, which asks of the
// differences only which are larger, so that a pause of the machine is one
// odd value and no more.
const (
	timingPairs = 40 // as many again on a noisy machine, at most five times

	// timingAlarm is how many standard deviations the rank sum may be off. By
	// chance it is further off once in a million comparisons.
	timingAlarm = 4.9
)

// signedRank returns how many standard deviations the rank sum of the
// differences is from what chance would give: about 0 when neither is slower.
func signedRank(diffs []float64) float64 {
	order := make([]int, len(diffs))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch x, y := math.Abs(diffs[a]), math.Abs(diffs[b]); {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	var positive float64
	for rank, i := range order {
		if diffs[i] > 0 {
			positive += float64(rank + 1)
		}
	}
	n := float64(len(diffs))
	return (positive - n*(n+1)/4) / math.Sqrt(n*(n+1)*(2*n+1)/24)
}

// seen is how often, of a thousand times, a constant difference would raise
// the alarm in noise like that of diffs. One that they already have is no noise.
func seen(diffs []float64, difference float64) int {
	rng := rand.New(rand.NewPCG(1, 2))
	sorted := slices.Sorted(slices.Values(diffs))
	median := sorted[len(sorted)/2]
	centred := make([]float64, len(diffs))
	alarms := 0
	for range 1000 {
		for i := range centred {
			noise := diffs[rng.IntN(len(diffs))] - median
			if rng.IntN(2) == 0 {
				noise = -noise
			}
			centred[i] = noise + difference
		}
		if math.Abs(signedRank(centred)) > timingAlarm {
			alarms++
		}
	}
	return alarms
}

// telling returns by how many seconds a took longer than b, in as many pairs as
// it takes to see the 20 ms of a missing hash 99 times of 100.
func telling(t *testing.T, a, b func()) []float64 {
	t.Helper()
	var diffs []float64
	for range 5 {
		diffs = append(diffs, pairs(a, b)...)
		if seen(diffs, 0.02) >= 990 {
			return diffs
		}
	}
	t.Fatalf("the machine is too noisy: %d pairs would not show a difference of 20 ms", len(diffs))
	return nil
}

// pairs returns by how many seconds a took longer than b, each time.
func pairs(a, b func()) []float64 {
	took := func(f func()) float64 {
		began := time.Now()
		f()
		return time.Since(began).Seconds()
	}
	diffs := make([]float64, timingPairs)
	for i := range diffs {
		if rand.IntN(2) == 0 {
			diffs[i] = took(a)
			diffs[i] -= took(b)
		} else {
			diffs[i] = -took(b)
			diffs[i] += took(a)
		}
	}
	return diffs
}

// timed is a Service that really hashes, over a table with one account for
// each way of failing.
type timed struct {
	*auth.Service
	t      *testing.T
	hasher auth.PasswordHasher
}

func newTimed(t *testing.T, legacy []password.Format, wrap func(auth.PasswordHasher) auth.PasswordHasher) *timed {
	t.Helper()
	hasher, err := password.New(&password.Options{Legacy: legacy})
	require.NoError(t, err)
	store := memory.New()
	h := &timed{t: t, hasher: wrap(hasher)}
	own, err := hasher.Hash(t.Context(), rightPassword)
	require.NoError(t, err)
	old, err := bcrypt.GenerateFromPassword([]byte(rightPassword), bcrypt.MinCost)
	require.NoError(t, err)
	for name, stored := range map[string]string{
		"today": own, "disabled": own, "bcrypt": string(old), "empty": "", "corrupt": own[:len(own)-3],
		"costly": "$argon2id$v=19$m=1048576,t=3,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdHNhbHRzYWx0c2FsdHNhbHQ",
	} {
		require.NoError(t, store.CreateAccount(t.Context(), &auth.Account{
			User:         auth.User{ID: name, Username: name, Role: auth.RoleUser, Active: name != "disabled"},
			PasswordHash: auth.NewSecret(stored),
		}))
	}
	many := auth.Limit{Max: 1 << 20}
	h.Service, err = auth.New(store, plainTokens{}, &auth.Options{
		Hasher: h.hasher, AccountLimit: many, AddressLimit: many,
		Auditor: new(recorder), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	return h
}

// fails returns a login that has to fail.
func (h *timed) fails(name, password string) func() {
	return func() {
		_, err := h.Login(context.Background(), auth.LoginRequest{Login: name, Password: password, Remote: home})
		require.ErrorIs(h.t, err, auth.ErrInvalidCredentials)
	}
}

func asItIs(h auth.PasswordHasher) auth.PasswordHasher { return h }

// alone skips what needs a machine that does nothing else.
func alone(t *testing.T) {
	t.Helper()
	if os.Getenv("SALLYPORT_TEST_TIMING") != "1" {
		t.Skip("SALLYPORT_TEST_TIMING=1 runs it: half a minute on a quiet machine, and longer on others")
	}
}

// LESSONS 7 (Vault CVE-2025-6011, Django CVE-2024-39329) and 8 (Spring
// CVE-2025-22228, -22234): no way of failing takes longer than another, over a
// table of one format and over one of several.
func TestTheTimeOfAFailingLoginTellsNothing(t *testing.T) {
	alone(t)
	for what, legacy := range map[string][]password.Format{
		"one format":    nil,
		"mixed formats": {password.Bcrypt(6), password.DjangoPBKDF2(50_000)},
	} {
		t.Run(what, func(t *testing.T) {
			h := newTimed(t, legacy, asItIs)
			usual := h.fails("today", "wrong")
			for class, other := range map[string]func(){
				"unknown name":             h.fails("nobody", rightPassword),
				"no name at all":           h.fails("no\x00body", rightPassword),
				"disabled, right password": h.fails("disabled", rightPassword),
				"no password":              h.fails("empty", rightPassword),
				"corrupt hash":             h.fails("corrupt", rightPassword),
				"hash above the cap":       h.fails("costly", rightPassword),
				"hash of another format":   h.fails("bcrypt", "wrong"),
			} {
				diffs := telling(t, other, usual)
				z := signedRank(diffs)
				t.Logf("%s: %d pairs, %.1f standard deviations", class, len(diffs), z)
				require.Less(t, math.Abs(z), timingAlarm, "%s is told by its time", class)
			}
		})
	}
}

// hasty leaves out the work for what is not an argon2id hash of the table.
type hasty struct {
	auth.PasswordHasher
	decoy string
}

func (h *hasty) Hash(ctx context.Context, pw string) (string, error) {
	stored, err := h.PasswordHasher.Hash(ctx, pw)
	h.decoy = stored // New hashes once, for its decoy
	return stored, err
}

func (h *hasty) Verify(ctx context.Context, hash, pw string) (password.Result, error) {
	if hash == h.decoy {
		return password.Result{}, nil
	}
	return h.PasswordHasher.Verify(ctx, hash, pw)
}

// The comparison must see the fault that it is for.
func TestTheTimeOfAnEarlyReturnIsSeen(t *testing.T) {
	alone(t)
	h := newTimed(t, nil, func(h auth.PasswordHasher) auth.PasswordHasher { return &hasty{PasswordHasher: h} })
	z := signedRank(telling(t, h.fails("nobody", "wrong"), h.fails("today", "wrong")))
	require.Less(t, z, -timingAlarm, "an unknown name that is not hashed is answered sooner, which must raise the alarm")
}

func TestTheRankTestIsOne(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	alarms, shifted := 0, 0
	for range 2000 {
		diffs := make([]float64, timingPairs)
		for i := range diffs {
			diffs[i] = rng.NormFloat64()
		}
		if math.Abs(signedRank(diffs)) > 1.96 {
			alarms++
		}
		for i := range diffs {
			diffs[i] += 2
		}
		if signedRank(diffs) > timingAlarm {
			shifted++
		}
	}
	require.InDelta(t, 100, alarms, 40, "of 2000 samples of noise one in twenty is beyond 1.96")
	require.Greater(t, shifted, 1980, "a shift of two standard deviations is seen 99 times of 100")
}

func TestADifferenceIsNoNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	diffs := make([]float64, timingPairs)
	for i := range diffs {
		diffs[i] = -0.022 + 0.001*rng.NormFloat64()
	}
	require.GreaterOrEqual(t, seen(diffs, 0.02), 990, "the machine is quiet, whatever the two differ by")
}
