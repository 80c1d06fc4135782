package otelauth_test

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"
	nooptrace "go.opentelemetry.io/otel/trace/noop"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/otelauth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

const (
	person = "canaryusername"
	mail   = "canarymailbox@example.com"
	phrase = "canary passphrase of a person"
	guess  = "canary wrong guess by another"
	agent  = "CanaryBrowser/9.9"
)

var client = netip.MustParseAddr("198.51.100.177")

// converse has each kind of thing happen once at least, on a real Service behind
// every wrapper, and returns what no telemetry may repeat.
func converse(t *testing.T) (h *house, secrets []string) {
	t.Helper()
	store := memory.New()
	h = build(t, &otelauth.Options{LiveSessions: store.CountSessions})
	hasher, err := password.New(&password.Options{Waited: h.Waited})
	require.NoError(t, err)
	record := h.Auditor(&authtest.Recorder{})
	tokens, err := token.NewHS256([]byte("canary signing key of 32 bytes and more"), &token.Options{Auditor: record})
	require.NoError(t, err)
	var faults storetest.Faults
	svc, err := auth.New(auth.Compose(faults.Users(store), faults.Sessions(store), faults.Throttle(store)), tokens, &auth.Options{
		Hasher: h.Hasher(hasher), Auditor: record, AccountLimit: auth.Limit{Max: 2}, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	a, accounts := h.Authenticator(svc), auth.NewAccounts(store, svc)
	user, err := accounts.Create(t.Context(), auth.NewAccount{Username: person, Email: mail, Password: auth.NewSecret(phrase)})
	require.NoError(t, err)

	login := func(name, text string, want error) *auth.Grant {
		grant, err := a.Login(t.Context(), auth.LoginRequest{Login: name, Password: text, Remote: client, UserAgent: agent})
		require.ErrorIs(t, err, want)
		return grant
	}
	grant := login(person, phrase, nil)
	other := login(mail, phrase, nil)
	for range 2 {
		login(mail, guess, auth.ErrInvalidCredentials)
	}
	login(mail, guess, auth.ErrThrottled)
	login("canary nobody", guess, auth.ErrInvalidCredentials)
	_, err = a.Validate(t.Context(), grant.Token, 0)
	require.NoError(t, err)
	_, err = a.Validate(t.Context(), "canary.token.nonsense", 0)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
	faults.On("SessionByID", 1, func(context.Context, func() error) error {
		return fmt.Errorf("canary text of an error about %s", grant.Token)
	})
	_, err = a.Validate(t.Context(), grant.Token, 0)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	faults.Clear()
	require.NoError(t, a.Logout(t.Context(), grant.Token))
	require.NoError(t, accounts.SetRole(t.Context(), user.ID, auth.RoleAdmin))
	require.NoError(t, accounts.SetPassword(t.Context(), user.ID, auth.NewSecret("canary second passphrase")))
	require.NoError(t, accounts.SetActive(t.Context(), user.ID, false))
	_, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	key, err := token.EdDSA(private)
	require.NoError(t, err)
	require.NoError(t, tokens.Rotate(key))
	return h, []string{
		person, mail, phrase, guess, agent, client.String(), user.ID, "canary nobody", "canary text of an error", "canary second passphrase",
		grant.Token, other.Token, grant.Identity.Session.ID, other.Identity.Session.ID, key.String(),
	}
}

// No window of a secret, and nothing of who it was, is in a metric or a span.
func TestTelemetrySaysNothingOfAnybody(t *testing.T) {
	h, secrets := converse(t)
	require.Eventually(t, func() bool { return len(h.values(t, "sallyport.faults")) == 1 }, 5*time.Second, time.Millisecond,
		"a fault is told behind the answer")
	var said strings.Builder
	for _, m := range h.collect(t) {
		text, err := json.Marshal(m)
		require.NoError(t, err)
		fmt.Fprintf(&said, "%s\n%+v\n", text, m)
	}
	for _, s := range h.spans.Ended() {
		fmt.Fprintf(&said, "%s %+v %+v %+v %+v %+v\n", s.Name(), s.Status(), s.Attributes(), s.Events(), s.Links(), s.Resource())
	}
	require.Contains(t, said.String(), "wrong password", "it says something")
	for _, secret := range secrets {
		require.GreaterOrEqual(t, len(secret), 8)
		for i := range len(secret) - 7 {
			require.False(t, strings.Contains(said.String(), secret[i:i+8]), "%q of %q is there", secret[i:i+8], secret)
		}
	}
}

// The conversation is in the counts, all of it.
func TestTheWholeConversation(t *testing.T) {
	h, _ := converse(t)
	require.Eventually(t, func() bool { return len(h.values(t, "sallyport.faults")) == 1 }, 5*time.Second, time.Millisecond)
	require.Equal(t, map[string]int{"outcome=ok": 2, "outcome=failed": 3, "outcome=throttled": 1}, h.values(t, "sallyport.login.duration"))
	require.Equal(t, map[string]int{"outcome=ok": 1, "outcome=invalid": 1, "error.type=unavailable outcome=unavailable": 1}, h.values(t, "sallyport.validate.duration"))
	require.Equal(t, map[string]int{"outcome=ok": 1}, h.values(t, "sallyport.logout.duration"))
	require.Equal(t, map[string]int{"operation=read session": 1}, h.values(t, "sallyport.faults"))
	require.Equal(t, map[string]int{"": 0}, h.values(t, "sallyport.sessions.live"))
	require.Equal(t, map[string]int{"outcome=ok": 5}, h.values(t, "sallyport.password.verify.duration"))
	require.Equal(t, map[string]int{"": 5 + 3}, h.values(t, "sallyport.password.gate.wait"), "the decoy and two new passwords are hashed")
	require.Equal(t, map[string]int{
		"event=login": 2, "event=login.failed reason=wrong password": 2, "event=login.failed reason=no such account": 1,
		"event=login.throttled reason=account and address": 1, "event=logout": 1, "event=account.created reason=user": 1,
		"event=role.changed reason=admin": 1, "event=session.ended reason=role.changed": 1,
		"event=password.changed": 1, "event=session.ended reason=password.changed": 1,
		"event=active.changed reason=disabled": 1, "event=session.ended reason=active.changed": 1,
		"event=key.rotated": 1, "event=fault": 1,
	}, h.values(t, "sallyport.events"))
	children := 0
	spans := h.spans.Ended()
	for _, s := range spans {
		for _, parent := range spans {
			if s.Name() == "sallyport.password.verify" && s.Parent().SpanID() == parent.SpanContext().SpanID() {
				require.Equal(t, "sallyport.login", parent.Name())
				children++
			}
		}
	}
	require.Equal(t, 5, children, "a login's span has its hash in it")
}

var (
	row  = regexp.MustCompile("(?m)^\\| `(sallyport\\.[a-z.]+)` \\| ([a-z]+) \\|([^|]*)\\|")
	span = regexp.MustCompile("(?m)^- `(sallyport\\.[a-z.]+)`")
)

// docs/observability.md lists every metric, with its unit and attributes, and
// every span.
func TestThePageListsAllThereIs(t *testing.T) {
	page, err := os.ReadFile("../docs/observability.md")
	require.NoError(t, err)
	listed := map[string]string{}
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		listed[m[1]] = strings.TrimSpace(m[2] + " " + strings.TrimSpace(strings.NewReplacer("`", "", ",", "").Replace(m[3])))
	}
	h, _ := converse(t)
	require.Error(t, h.Auditor(broken{}).Audit(t.Context(), auth.Event{}))
	require.Eventually(t, func() bool { return len(h.values(t, "sallyport.faults")) == 1 }, 5*time.Second, time.Millisecond)
	made := map[string]string{}
	for _, m := range h.collect(t) {
		keys := map[string]bool{}
		for _, p := range points(m) {
			for _, a := range p.attrs {
				keys[string(a.Key)] = true
			}
		}
		text := strings.Trim(m.Unit, "{}")
		for _, key := range []string{"sallyport.event", "sallyport.reason", "sallyport.operation", "sallyport.outcome", "error.type"} {
			if keys[key] {
				text += " " + key
				delete(keys, key)
			}
		}
		require.Empty(t, keys, "attributes of %s that no page has", m.Name)
		made[m.Name] = text
	}
	for name, text := range made {
		// Where nothing broke in the conversation, the class of errors is not there.
		text, want := strings.TrimSuffix(text, " error.type"), strings.TrimSuffix(listed[name], " error.type")
		require.Equal(t, want, text, name)
		delete(listed, name)
	}
	require.Empty(t, listed, "the page lists what is not there")

	spans := map[string]bool{}
	for _, m := range span.FindAllStringSubmatch(string(page), -1) {
		spans[m[1]] = true
	}
	begun := map[string]bool{}
	for _, s := range h.spans.Ended() {
		begun[s.Name()] = true
	}
	require.Equal(t, begun, spans, "the spans that the page lists, and those there are")
}

type broken struct{}

func (broken) Audit(context.Context, auth.Event) error { return fmt.Errorf("disk full") }

// A program that imports this package links the API, and chooses its SDK.
func TestOnlyTheAPIIsLinked(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", ".")
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "go.opentelemetry.io/otel/metric\n")
	for _, unwanted := range []string{"otel/sdk", "otel/exporters", "prometheus", "testify", "lestrrat-go", "net/http\n", "database/sql"} {
		require.NotContains(t, string(out), unwanted)
	}
}

// What one Validate pays for being watched, beside what it does.
func TestAValidateThatIsWatchedCostsLittle(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates too")
	}
	for _, c := range []struct {
		name   string
		h      *otelauth.Telemetry
		allocs float64
	}{
		{"no SDK", silent(t), 1},
		{"metrics alone", counted(t), 1},
		{"metrics and spans", build(t, nil).Telemetry, 4},
	} {
		a, plainly := c.h.Authenticator(&authtest.Fake{}), &authtest.Fake{}
		plain := testing.AllocsPerRun(1000, func() { _, _ = plainly.Validate(t.Context(), "", 0) })
		watched := testing.AllocsPerRun(1000, func() { _, _ = a.Validate(t.Context(), "", 0) })
		t.Logf("%s: %v allocations more", c.name, watched-plain)
		require.LessOrEqual(t, watched-plain, c.allocs, c.name)
	}
}

func silent(t testing.TB) *otelauth.Telemetry {
	tel, err := otelauth.New(noopmetric.NewMeterProvider(), nooptrace.NewTracerProvider(), nil)
	require.NoError(t, err)
	return tel
}

func counted(t testing.TB) *otelauth.Telemetry {
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))
	tel, err := otelauth.New(meters, nooptrace.NewTracerProvider(), nil)
	require.NoError(t, err)
	return tel
}

func BenchmarkValidate(b *testing.B) {
	bench := func(name string, a auth.Authenticator) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = a.Validate(b.Context(), "", 0)
			}
		})
	}
	dropped, err := otelauth.New(metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())), trace.NewTracerProvider(), nil)
	require.NoError(b, err)
	bench("bare", &authtest.Fake{})
	bench("no SDK", silent(b).Authenticator(&authtest.Fake{}))
	bench("metrics", counted(b).Authenticator(&authtest.Fake{}))
	bench("metrics and spans", dropped.Authenticator(&authtest.Fake{}))
}
