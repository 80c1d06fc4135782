package guides_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/credentials/credentialstest"
	"github.com/sallyport-go/sallyport/examples/guides"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/sql"
)

const (
	first  = "lantern orbit walnut"
	second = "gravel tulip monsoon"
)

var key = []byte(strings.Repeat("k", 32))

// acme is somebody's own package.
var acme struct {
	New func(auth.SecretProvider) (credentials.Provider, error)
}

func TestThirdProvider(t *testing.T) {
	acme.New = func(src auth.SecretProvider) (credentials.Provider, error) {
		return credentials.OpenAI(src, credentials.OpenAIOptions{Name: "acme", Title: "Acme", BaseURL: "https://llm.example.com", Model: "acme-1"})
	}
	credentialstest.Run(t, credentialstest.Subject{
		Open:    func(src auth.SecretProvider) (credentials.Provider, error) { return acme.New(src) },
		Secrets: []string{"ACME_API_KEY"},
	})
}

func TestTheHandlersCanBeMade(t *testing.T) {
	tokens, err := token.NewHS256(key, nil)
	require.NoError(t, err)
	svc, err := auth.New(memory.New(), tokens, nil)
	require.NoError(t, err)
	for name, made := range map[string]func() (*httpadapter.Handler, error){
		"cookies":     func() (*httpadapter.Handler, error) { return guides.Cookies(svc) },
		"credentials": func() (*httpadapter.Handler, error) { return guides.Credentials(svc, svc) },
		"sessions":    func() (*httpadapter.Handler, error) { return guides.Sessions(memory.New(), tokens) },
	} {
		h, err := made()
		require.NoError(t, err, name)
		require.NotNil(t, h, name)
	}
	groq, err := guides.ThirdProvider(credentials.Static(nil))
	require.NoError(t, err)
	require.Equal(t, "groq", groq.Name())
}

func login(svc auth.Authenticator, name, password string) (token string, err error) {
	grant, err := svc.Login(context.Background(), auth.LoginRequest{Login: name, Password: password})
	if err != nil {
		return "", err
	}
	return grant.Token, nil
}

func dead(t *testing.T, svc *auth.Service, token string) {
	t.Helper()
	_, err := svc.Validate(t.Context(), token, 0)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
}

func TestForms(t *testing.T) {
	store := memory.New()
	tokens, err := token.NewHS256(key, nil)
	require.NoError(t, err)
	svc, err := auth.New(store, tokens, nil)
	require.NoError(t, err)
	forms := &guides.Forms{Accounts: auth.NewAccounts(store, svc)}

	signUp := func(name, chosen string) (int, string) {
		form := url.Values{"username": {name}, "email": {name + "@example.com"}, "password": {chosen}}
		r := httptest.NewRequest("POST", "/", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		forms.SignUp(w, r)
		return w.Code, strings.TrimSpace(w.Body.String())
	}
	for _, c := range []struct {
		name, chosen string
		status       int
		text         string
	}{
		{"ada", "short", 422, "Password needs at least 15 characters, has 5"},
		{"ada@", first, 422, "That name or e-mail will not do"},
		{"ada", first, 200, ""},
		{"Ada", first, 409, "That name or e-mail is taken"},
	} {
		status, text := signUp(c.name, c.chosen)
		require.Equal(t, c.status, status, text)
		require.Equal(t, c.text, text)
	}

	ada, err := forms.Accounts.Find(t.Context(), "ada")
	require.NoError(t, err)
	session, err := login(svc, "ada", first)
	require.NoError(t, err)
	require.NoError(t, forms.Reset(t.Context(), ada.ID, second))
	dead(t, svc, session)
	session, err = login(svc, "ada", second)
	require.NoError(t, err)
	require.NoError(t, forms.Disable(t.Context(), ada.ID))
	dead(t, svc, session)
	require.NoError(t, forms.Remove(t.Context(), ada.ID))
	_, err = forms.Accounts.Find(t.Context(), "ada")
	require.ErrorIs(t, err, auth.ErrUserNotFound)
}

func TestOwnTable(t *testing.T) {
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(t.TempDir(), "app.db")))
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), `CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, encrypted_password TEXT)`)
	require.NoError(t, err)
	users, err := sqlstore.OpenUsers(t.Context(), db, sqlstore.SQLite, sqlstore.Schema{
		From: "accounts", Username: sqlstore.Absent, PasswordHash: "encrypted_password", Name: sqlstore.Absent, Organization: sqlstore.Absent,
		AWSRegion: sqlstore.Absent, Role: sqlstore.Absent, Active: sqlstore.Absent, CreatedAt: sqlstore.Absent, UpdatedAt: sqlstore.Absent, LastLogin: sqlstore.Absent,
	})
	require.NoError(t, err)
	defer users.Close()
	hasher, err := password.New(nil)
	require.NoError(t, err)
	tokens, err := token.NewHS256(key, nil)
	require.NoError(t, err)
	var record authtest.Recorder
	svc, err := auth.New(memory.SingleProcess(users), tokens, &auth.Options{Hasher: hasher, Auditor: &record})
	require.NoError(t, err)
	table := &guides.OwnTable{DB: db, Svc: svc, Hasher: hasher}

	require.ErrorIs(t, table.SignUp(t.Context(), "Ada@example.com", "short"), password.ErrPolicy)
	require.NoError(t, table.SignUp(t.Context(), "Ada@example.com", first))
	session, err := login(svc, "ada@Example.com", first)
	require.NoError(t, err)
	hash, err := hasher.Hash(t.Context(), second)
	require.NoError(t, err)
	require.NoError(t, table.Reset(t.Context(), "1", hash))
	dead(t, svc, session)
	session, err = login(svc, "ada@example.com", second)
	require.NoError(t, err)
	require.NoError(t, table.Remove(t.Context(), "1"))
	dead(t, svc, session)
	require.Len(t, record.Events(auth.EventSessionEnded), 2, "also where the stamp or the missing row would have refused them")
	require.Len(t, record.Events(auth.EventPasswordChanged), 1)
	require.Len(t, record.Events(auth.EventAccountDeleted), 1)
}

// A token of each start is good on the nodes that are one start behind it or
// ahead of it.
func TestRotate(t *testing.T) {
	former, next := []byte(strings.Repeat("f", 32)), []byte(strings.Repeat("n", 32))
	before, err := token.NewHS256(former, nil)
	require.NoError(t, err)
	one, two, three, err := guides.Rotate(former, next)
	require.NoError(t, err)
	nodes := []*token.Tokens{before, one, two, three}
	now := time.Now().UTC().Truncate(time.Second)
	for i, minting := range nodes {
		minted, err := minting.Issue(t.Context(), auth.Claims{SessionID: strings.Repeat("S", 26), UserID: "1", IssuedAt: now, ExpiresAt: now.Add(time.Hour)})
		require.NoError(t, err)
		for j, node := range nodes {
			_, err := node.Verify(t.Context(), minted)
			if i-j <= 1 && j-i <= 1 {
				require.NoError(t, err, "minted at start %d, node at start %d", i, j)
			}
		}
		if i < 2 {
			_, err := three.Verify(t.Context(), minted)
			require.ErrorIs(t, err, auth.ErrInvalidToken, "the former key is gone at the end")
		}
	}
	old, err := token.HS256(former)
	require.NoError(t, err)
	key, err := token.HS256(next)
	require.NoError(t, err)
	minted, err := before.Issue(t.Context(), auth.Claims{SessionID: strings.Repeat("S", 26), UserID: "1", IssuedAt: now, ExpiresAt: now.Add(time.Hour)})
	require.NoError(t, err)
	require.NoError(t, guides.Leaked(before, key.Named(), old))
	_, err = before.Verify(t.Context(), minted)
	require.ErrorIs(t, err, auth.ErrInvalidToken)
}

func TestProxies(t *testing.T) {
	var svc authtest.Fake
	svc.Add(auth.User{ID: "1", Username: "ada"}, first)
	record := &remembering{Authenticator: &svc}
	h, err := guides.Proxies(record)
	require.NoError(t, err)
	for peer, want := range map[string]string{"10.0.3.9:80": "192.0.2.7", "10.0.4.9:80": "10.0.4.9"} {
		r := httptest.NewRequest(http.MethodPost, "/api/auth/login", strings.NewReader(`{"username":"ada","password":"`+first+`"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Forwarded-For", "203.0.113.1, 192.0.2.7")
		r.RemoteAddr = peer
		h.ServeHTTP(httptest.NewRecorder(), r)
		require.Equal(t, want, record.last.String())
	}
}

// remembering notes the address that a login counts for.
type remembering struct {
	auth.Authenticator
	last netip.Addr
}

func (r *remembering) Login(ctx context.Context, req auth.LoginRequest) (*auth.Grant, error) {
	r.last = req.Remote
	return r.Authenticator.Login(ctx, req)
}
