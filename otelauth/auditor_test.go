package otelauth_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

func TestEventsAreCountedAndPassedOn(t *testing.T) {
	h, next := build(t, nil), &authtest.Recorder{}
	a := h.Auditor(next)
	events := []auth.Event{
		{Kind: auth.EventLogin, UserID: "1", Username: "jane"},
		{Kind: auth.EventLogin, UserID: "2", Username: "joan"},
		{Kind: auth.EventLoginFailed, Reason: "wrong password"},
		{Kind: auth.EventLoginThrottled, Reason: "account", Count: 7},
		{Kind: auth.EventSessionEnded, Reason: "asked for"},
		{Kind: auth.EventPasswordChanged},
		{Kind: auth.EventRoleChanged, Reason: "admin"},
		{Kind: auth.EventActiveChanged, Reason: "disabled"},
		{Kind: auth.EventCredentialViewed, Reason: "aws"},
		{Kind: auth.EventKeyRotated, Reason: "rotated to the EdDSA key 3k9x"},
		{Kind: auth.EventFault, Reason: "read account", Count: 3, Err: errors.New("no")},
		{Kind: auth.EventFault, Reason: "create session", Err: errors.New("no")},
	}
	for _, e := range events {
		require.NoError(t, a.Audit(t.Context(), e))
	}
	require.Equal(t, events, next.Events(), "each is passed on as it is")
	require.Equal(t, map[string]int{
		"event=login": 2,
		"event=login.failed reason=wrong password": 1,
		"event=login.throttled reason=account":     7,
		"event=session.ended reason=asked for":     1,
		"event=password.changed":                   1,
		"event=role.changed reason=admin":          1,
		"event=active.changed reason=disabled":     1,
		"event=credential.viewed reason=aws":       1,
		"event=key.rotated":                        1,
		"event=fault":                              4,
	}, h.values(t, "sallyport.events"))
	require.Equal(t, map[string]int{"operation=read account": 3, "operation=create session": 1}, h.values(t, "sallyport.faults"))
	require.Empty(t, h.values(t, "sallyport.audit.failures"))
}

func TestWhatIsNotKeptIsCountedAndItsErrorReturned(t *testing.T) {
	h, next, full := build(t, nil), &authtest.Recorder{}, errors.New("disk full")
	next.Fail(full)
	require.Equal(t, full, h.Auditor(next).Audit(t.Context(), auth.Event{Kind: auth.EventLogin}))
	require.Panics(t, func() { _ = h.Auditor(wild{}).Audit(t.Context(), auth.Event{Kind: auth.EventLogin}) })
	require.Equal(t, map[string]int{"event=login": 2}, h.values(t, "sallyport.audit.failures"))
	require.Equal(t, map[string]int{"event=login": 2}, h.values(t, "sallyport.events"))
}

type wild struct{}

func (wild) Audit(context.Context, auth.Event) error { panic("planted") }

// A look at a credential is on record before it is answered, behind the wrapper
// too.
func TestNoRecordNoCredential(t *testing.T) {
	h, kept := build(t, nil), &authtest.Recorder{}
	aws, err := credentials.AWS(credentials.Static(map[string]map[string]string{"aws": {
		"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AWS_REGION": "eu-north-1"},
	}), nil)
	require.NoError(t, err)
	fake := &authtest.Fake{}
	token := fake.SignIn(auth.User{Role: auth.RoleAdmin, AWSRegion: "eu-north-1"})
	guard, err := httpadapter.New(h.Authenticator(fake), &httpadapter.Options{
		Credentials: []credentials.Provider{aws}, Auditor: h.Auditor(kept), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	look := func() *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/api/auth/aws-credentials", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		guard.ServeHTTP(w, r)
		return w
	}
	w := look()
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	require.Contains(t, w.Body.String(), "AKIA")
	kept.Fail(errors.New("disk full"))
	w = look()
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.NotContains(t, w.Body.String(), "AKIA")
	require.Equal(t, 1, h.values(t, "sallyport.audit.failures")["event=credential.viewed"])
}

// Whatever a host tells its auditor, the series are bounded.
func TestSeriesAreBounded(t *testing.T) {
	h := build(t, nil)
	a := h.Auditor(&authtest.Recorder{})
	require.NoError(t, a.Audit(t.Context(), auth.Event{Kind: auth.EventLoginFailed, Reason: strings.Repeat("long", 100)}))
	for n := range 1000 {
		text := fmt.Sprint("made up ", n)
		for _, e := range []auth.Event{
			{Kind: auth.EventKind(text)}, {Kind: auth.EventFault, Reason: text}, {Kind: auth.EventLoginFailed, Reason: text},
			{Kind: auth.EventLogin, UserID: text, Username: text, SessionID: text, UserAgent: text, Reason: text},
		} {
			require.NoError(t, a.Audit(t.Context(), e))
		}
	}
	require.Len(t, h.values(t, "sallyport.faults"), 65)
	require.Equal(t, 1000-64, h.values(t, "sallyport.faults")["operation=other"])
	require.LessOrEqual(t, len(h.values(t, "sallyport.events")), 130)
	require.Equal(t, 1001-64, h.values(t, "sallyport.events")["event=login.failed reason=other"])
}

// Without an auditor events go to the log, as they do without this package.
func TestNoAuditorIsTheLog(t *testing.T) {
	var out bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	defer slog.SetDefault(before)
	h := build(t, nil)
	require.NoError(t, h.Auditor(nil).Audit(t.Context(), auth.Event{Kind: auth.EventLogin, Username: "jane"}))
	require.Contains(t, out.String(), "username=jane")
	require.Equal(t, map[string]int{"event=login": 1}, h.values(t, "sallyport.events"))
}
