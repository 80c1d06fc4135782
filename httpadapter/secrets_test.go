package httpadapter_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// LESSONS 23: secrets in logs, errors, audit (OpenBao CVE-2025-62513, Vault
// CVE-2025-4166, LiteLLM #39293). Passwords and tokens are planted in every
// request, failures and panics included; no eight bytes of them come out.
func TestNoSecretIsWrittenAnywhere(t *testing.T) {
	password, token := rand.Text(), rand.Text()
	own := map[string]*otherService{"fault": {err: errors.New("database is gone")}, "panic": {panic: fmt.Errorf("unexpected input %q %q", password, token)}, "success": {}}
	boom := func() { panic(fmt.Errorf("unexpected input %q %q", password, token)) }
	behaviours := map[string]stub{
		"fault": {
			login:    func(auth.LoginRequest) (*auth.Grant, error) { return nil, errors.New("database is gone") },
			validate: func(string, time.Duration) (*auth.Identity, error) { return nil, auth.ErrUnavailable },
			logout:   func(string) error { return errors.New("database is gone") },
		},
		"panic": {
			login:    func(auth.LoginRequest) (*auth.Grant, error) { boom(); return nil, nil },
			validate: func(string, time.Duration) (*auth.Identity, error) { boom(); return nil, nil },
			logout:   func(string) error { boom(); return nil },
		},
		"success": {
			login: func(auth.LoginRequest) (*auth.Grant, error) {
				return &auth.Grant{Token: "another token", Identity: *authtest.Identity(auth.User{})}, nil
			},
			validate: func(string, time.Duration) (*auth.Identity, error) {
				return authtest.Identity(auth.User{Role: auth.RoleAdmin}), nil
			},
			logout: func(string) error { return errors.New("database is gone") },
		},
	}
	for name, behaviour := range behaviours {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				h, err := httpadapter.New(behaviour, &httpadapter.Options{
					Logger:      textLog(&log),
					Cookie:      &httpadapter.Cookie{},
					Sessions:    own[name],
					Passwords:   own[name],
					Credentials: []credentials.Provider{provider{"aws", "AWS", fails(errors.New("sealed"))}},
				})
				require.NoError(t, err)
				out := &strings.Builder{}
				for _, path := range []string{"login", "logout", "validate", "aws-credentials", "nvidia-credentials", "jwks.json", "sessions", "sessions/" + token, "password", token} {
					for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
						body := strings.ReplaceAll(`{"username":"P","password":"P","current_password":"P","new_password":"P"}`, `"P"`, `"`+password+`"`)
						r := httptest.NewRequest(method, "/api/auth/"+path+"?token="+token, strings.NewReader(body))
						r.Header.Set("Content-Type", "application/json")
						r.Header.Set("Authorization", "Bearer "+token)
						r.AddCookie(&http.Cookie{Name: "__Host-session", Value: token})
						r.Header.Set("X-Forwarded-For", token)
						w := httptest.NewRecorder()
						h.ServeHTTP(w, r)
						fmt.Fprintln(out, w.Header(), w.Body)
					}
				}
				synctest.Wait() // what is told in the background is told
				require.NotEmpty(t, log.String())
				for _, written := range []string{log.String(), out.String()} {
					for _, secret := range []string{password, token} {
						for i := range len(secret) - 7 {
							require.NotContains(t, written, secret[i:i+8])
						}
					}
				}
			})
		})
	}
}
