package httpadapter_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	hash "github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

// chatty is a host's parts, each of which does what drivers do: the error of
// the one that is broken, or its panic, quotes what it was given.
type chatty struct {
	*memory.Store
	broken string // a method
	panics bool
	met    bool
}

func (c *chatty) say(method string, args ...any) error {
	if c.broken != method {
		return nil
	}
	c.met = true
	err := fmt.Errorf("ERROR 1366 in %s: incorrect value %q %+v", method, args, args)
	if c.panics {
		panic(err)
	}
	return err
}

// methods are those that can be broken.
var methods = []string{
	"AccountByLogin", "UserByID", "UpdateAccount", "UpgradePassword", "CreateAccount", "ImportAccounts", "CreateSession", "SessionByID",
	"RestampSessions", "EndSession", "Reserve", "Settle", "Hash", "Verify", "Issue", "VerifyToken", "Audit", "Secrets",
}

func (c *chatty) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	if err := c.say("AccountByLogin", login); err != nil {
		return nil, err
	}
	return c.Store.AccountByLogin(ctx, login)
}

func (c *chatty) UserByID(ctx context.Context, id string) (*auth.User, error) {
	if err := c.say("UserByID", id); err != nil {
		return nil, err
	}
	return c.Store.UserByID(ctx, id)
}

func (c *chatty) UpdateAccount(ctx context.Context, id string, change auth.AccountChange) error {
	var hashes []any
	for _, s := range []*auth.Secret{change.PasswordHash, change.IfHash} {
		if s != nil {
			hashes = append(hashes, s.Reveal())
		}
	}
	if err := c.say("UpdateAccount", hashes...); err != nil {
		return err
	}
	return c.Store.UpdateAccount(ctx, id, change)
}

func (c *chatty) UpgradePassword(ctx context.Context, id string, from, to auth.Secret) error {
	if err := c.say("UpgradePassword", from.Reveal(), to.Reveal()); err != nil {
		return err
	}
	return c.Store.UpgradePassword(ctx, id, from, to)
}

func (c *chatty) CreateAccount(ctx context.Context, a *auth.Account) error {
	if err := c.say("CreateAccount", a.PasswordHash.Reveal()); err != nil {
		return err
	}
	return c.Store.CreateAccount(ctx, a)
}

func (c *chatty) ImportAccounts(ctx context.Context, all []auth.Account) ([]*auth.Account, error) {
	for _, a := range all {
		if err := c.say("ImportAccounts", a.PasswordHash.Reveal()); err != nil {
			return nil, err
		}
	}
	return c.Store.ImportAccounts(ctx, all)
}

func (c *chatty) CreateSession(ctx context.Context, s *auth.Session) error {
	if err := c.say("CreateSession", *s); err != nil {
		return err
	}
	return c.Store.CreateSession(ctx, s)
}

func (c *chatty) SessionByID(ctx context.Context, id string) (*auth.Session, error) {
	if err := c.say("SessionByID", id); err != nil {
		return nil, err
	}
	return c.Store.SessionByID(ctx, id)
}

func (c *chatty) RestampSessions(ctx context.Context, user, from, to string) error {
	if err := c.say("RestampSessions", user, from, to); err != nil {
		return err
	}
	return c.Store.RestampSessions(ctx, user, from, to)
}

func (c *chatty) EndSession(ctx context.Context, id string) error {
	if err := c.say("EndSession", id); err != nil {
		return err
	}
	return c.Store.EndSession(ctx, id)
}

func (c *chatty) Reserve(ctx context.Context, key string, l auth.Limit) (auth.Reservation, error) {
	if err := c.say("Reserve", key); err != nil {
		return auth.Reservation{}, err
	}
	return c.Store.Reserve(ctx, key, l)
}

func (c *chatty) Settle(ctx context.Context, r auth.Reservation, failed bool) error {
	if err := c.say("Settle", r); err != nil {
		return err
	}
	return c.Store.Settle(ctx, r, failed)
}

// digests is a hasher of chatty's: version 1 is stale.
type digests struct{ *chatty }

func digest(version int, pw string) string {
	return fmt.Sprintf("$%d$%x", version, sha256.Sum256(fmt.Append(nil, version, pw)))
}

func (d digests) Hash(_ context.Context, pw string) (string, error) {
	return digest(2, pw), d.say("Hash", pw)
}

func (d digests) Verify(_ context.Context, stored, pw string) (hash.Result, error) {
	stale := stored == digest(1, pw)
	return hash.Result{OK: stale || stored == digest(2, pw), Stale: stale}, d.say("Verify", stored, pw)
}

type chattyTokens struct {
	auth.Tokens
	*chatty
}

func (c chattyTokens) Issue(ctx context.Context, claims auth.Claims) (string, error) {
	if err := c.say("Issue", claims); err != nil {
		return "", err
	}
	return c.Tokens.Issue(ctx, claims)
}

func (c chattyTokens) Verify(ctx context.Context, token string) (auth.Claims, error) {
	if err := c.say("VerifyToken", token); err != nil {
		return auth.Claims{}, err
	}
	return c.Tokens.Verify(ctx, token)
}

type chattyAuditor struct {
	authtest.Recorder
	*chatty
}

func (c *chattyAuditor) Audit(ctx context.Context, e auth.Event) error {
	if err := c.say("Audit", e); err != nil {
		return err
	}
	return c.Recorder.Audit(ctx, e)
}

type chattySource struct {
	auth.SecretProvider
	*chatty
}

func (c chattySource) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	s, err := c.SecretProvider.Secrets(ctx, set)
	if said := c.say("Secrets", set, s); said != nil {
		return auth.Secrets{}, said
	}
	return s, err
}

// sink is written to by several at once.
type sink struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// planted is a house full of canaries, and all that it says.
type planted struct {
	*chatty
	http.Handler
	svc      *auth.Service
	accounts *auth.Accounts
	audit    *chattyAuditor
	out      sink // of both log handlers, and of errors
	canaries map[string]string
	john     string // ID
}

func newPlanted(t *testing.T) *planted {
	t.Helper()
	p := &planted{chatty: &chatty{Store: memory.New()}, canaries: map[string]string{}}
	for _, what := range []string{"right password", "wrong password", "new password", "login", "bearer", "cookie", "key", "pepper",
		"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "NVIDIA_API_KEY", "path", "forwarded"} {
		p.canaries[what] = rand.Text() + rand.Text()
	}
	p.canaries["hash"], p.canaries["stale hash"] = digest(2, p.canaries["right password"]), digest(1, p.canaries["right password"])
	p.canaries["imported hash"], p.canaries["new hash"] = digest(1, rand.Text()), digest(2, p.canaries["new password"])
	p.audit = &chattyAuditor{chatty: p.chatty}
	debug := &slog.HandlerOptions{Level: slog.LevelDebug}
	log := slog.New(slog.NewMultiHandler(slog.NewTextHandler(&p.out, debug), slog.NewJSONHandler(&p.out, debug)))
	tokens, err := token.NewHS256([]byte(p.canaries["key"]), nil)
	require.NoError(t, err)
	p.svc, err = auth.New(p.chatty, chattyTokens{tokens, p.chatty}, &auth.Options{
		Hasher: digests{p.chatty}, Auditor: auth.Auditors(auth.NewLogAuditor(log), p.audit), Logger: log, ThrottlePepper: []byte(p.canaries["pepper"]),
		AccountLimit: auth.Limit{Max: 1000}, AddressLimit: auth.Limit{Max: 1000},
	})
	require.NoError(t, err)
	p.accounts = auth.NewAccounts(p.chatty, p.svc)
	_, err = p.accounts.Import(t.Context(), []auth.Account{{
		User: auth.User{Username: "john", Role: auth.RoleAdmin, Active: true, AWSRegion: "eu-north-1"}, PasswordHash: auth.NewSecret(p.canaries["stale hash"]),
	}})
	require.NoError(t, err)
	john, err := p.accounts.Find(t.Context(), "john")
	require.NoError(t, err)
	p.john = john.ID
	p.Handler = p.handler(t, log)
	return p
}

func (p *planted) handler(t *testing.T, log *slog.Logger) http.Handler {
	t.Helper()
	source := chattySource{credentials.Env(func(name string) (string, bool) {
		if name == "AWS_ACCESS_KEY_ID" {
			return "AKIAIOSFODNN7EXAMPLE", true
		}
		value, ok := p.canaries[name]
		return value, ok
	}), p.chatty}
	aws, err := credentials.AWS(source, nil)
	require.NoError(t, err)
	nvidia, err := credentials.NVIDIA(source, nil)
	require.NoError(t, err)
	h, err := httpadapter.New(p.svc, &httpadapter.Options{
		Auditor: p.svc, Logger: log, Sessions: p.svc, Passwords: p.accounts, Cookie: &httpadapter.Cookie{},
		Credentials: []credentials.Provider{aws, nvidia}, CredentialDetails: true,
	})
	require.NoError(t, err)
	mux := http.NewServeMux()
	h.Mount(mux)
	mux.Handle("/guarded", h.Require()(http.HandlerFunc(echo)))
	return mux
}

// token logs John in, in peace.
func (p *planted) token(t *testing.T) string {
	t.Helper()
	broken := p.broken
	p.broken = ""
	defer func() { p.broken = broken }()
	p.outdate(t)
	g, err := p.svc.Login(t.Context(), auth.LoginRequest{Login: "john", Password: p.canaries["right password"]})
	require.NoError(t, err)
	return g.Token
}

// outdate gives John his first hash again, which a login makes anew.
func (p *planted) outdate(t *testing.T) {
	t.Helper()
	hash := auth.NewSecret(p.canaries["stale hash"])
	require.NoError(t, p.Store.UpdateAccount(t.Context(), p.john, auth.AccountChange{PasswordHash: &hash}))
}

// each sends every kind of request, and calls what an operator calls.
func (p *planted) each(t *testing.T) {
	t.Helper()
	paths := []string{"login", "logout", "validate", "aws-credentials", "nvidia-credentials", "jwks.json", "sessions", "sessions/" + p.canaries["path"], "password", p.canaries["path"]}
	fill := strings.NewReplacer("RIGHT", p.canaries["right password"], "WRONG", p.canaries["wrong password"], "NEW", p.canaries["new password"], "NAME", p.canaries["login"])
	bodies := []string{
		`{"username":"john","password":"RIGHT","current_password":"RIGHT","new_password":"NEW"}`,
		`{"username":"john","password":"WRONG","current_password":"WRONG","new_password":"NEW"}`,
		`{"username":"NAME","password":"WRONG","current_password":"RIGHT","new_password":"john john john john"}`,
		`{"username":"NAME","password":"WRONG`,
	}
	for _, path := range paths {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			for i, body := range bodies {
				if i > 0 && (method != "POST" || path != "login" && path != "password") {
					continue
				}
				p.send(t, path, httptest.NewRequest(method, "/api/auth/"+path+"?token="+p.canaries["path"], strings.NewReader(fill.Replace(body))), i)
			}
		}
	}
	p.send(t, "guarded", httptest.NewRequest("GET", "/guarded", nil), 0)
	p.operate(t)
}

// send serves one request. What the contract shows is taken out: the token
// that a login opened.
func (p *planted) send(t *testing.T, path string, r *http.Request, kind int) {
	t.Helper()
	time.Sleep(11 * time.Second) // for a fault to be news again
	token := p.token(t)
	p.canaries["token "+path] = token[strings.IndexByte(token, '.')+1:]
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Forwarded-For", p.canaries["forwarded"])
	switch {
	case kind == 1 && path == "login":
		r.Header.Set("Authorization", "Bearer "+p.canaries["bearer"])
		r.AddCookie(&http.Cookie{Name: "__Host-session", Value: p.canaries["cookie"]})
	case path == "login":
		p.outdate(t)
		r.AddCookie(&http.Cookie{Name: "__Host-session", Value: token})
	default:
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	synctest.Wait()
	answer := fmt.Sprint(w.Code, w.Header(), w.Body)
	if w.Code == 200 && path == "login" {
		opened := w.Result().Cookies()[0].Value
		require.Equal(t, 2-btoi(r.Method == "HEAD"), strings.Count(answer, opened), "a login shows its token in the body and the cookie, once each")
		answer = strings.ReplaceAll(answer, opened, "")
		p.canaries["opened"] = opened[strings.IndexByte(opened, '.')+1:]
	}
	fmt.Fprintln(&p.out, answer)
}

// operate makes the calls of an operator, whose errors a host may print.
func (p *planted) operate(t *testing.T) {
	t.Helper()
	call := func(f func() error) {
		time.Sleep(11 * time.Second)
		defer func() {
			if v := recover(); v != nil && !p.panics {
				panic(v)
			}
		}()
		if err := f(); err != nil {
			fmt.Fprintf(&p.out, "%v %+v %#v\n", err, err, err)
			slog.New(slog.NewJSONHandler(&p.out, nil)).Error("failed", "err", err)
		}
	}
	secret := auth.NewSecret(p.canaries["new password"])
	ctx := t.Context()
	call(func() error {
		_, err := p.accounts.Create(ctx, auth.NewAccount{Username: "mary", Password: secret})
		return err
	})
	call(func() error { return p.accounts.SetPassword(ctx, p.john, secret) })
	call(func() error {
		results, err := p.accounts.Import(ctx, []auth.Account{{User: auth.User{Username: "imported"}, PasswordHash: auth.NewSecret(p.canaries["imported hash"])},
			{User: auth.User{Username: "john"}, PasswordHash: auth.NewSecret(p.canaries["imported hash"])}})
		fmt.Fprintln(&p.out, results)
		return err
	})
	call(func() error {
		_, err := p.svc.Login(ctx, auth.LoginRequest{Login: "john", Password: p.canaries["right password"]})
		return err
	})
	synctest.Wait()
}

// check looks for eight bytes in a row of any canary, in either case of
// letters, since names are folded.
func (p *planted) check(t *testing.T, where string) {
	t.Helper()
	for _, e := range p.audit.Events() {
		fmt.Fprintf(&p.out, "%+v %q\n", e, []string{e.UserID, e.Username, e.ActorID, e.SessionID, e.UserAgent, e.Reason})
	}
	text := strings.ToLower(p.out.String())
	windows := map[string]bool{}
	for i := range max(0, len(text)-7) {
		windows[text[i:i+8]] = true
	}
	for what, canary := range p.canaries {
		canary = strings.ToLower(canary)
		for i := range len(canary) - 7 {
			if windows[canary[i:i+8]] {
				at := strings.Index(text, canary[i:i+8])
				t.Fatalf("%s: eight bytes of the %s came out: ...%s...", where, what, text[max(0, at-300):min(len(text), at+100)])
			}
		}
	}
}

// LESSONS 23 (OpenBao CVE-2025-62513, Vault CVE-2025-4166, LiteLLM #39293):
// every route by every method, in peace and with any of the host's parts
// failing or panicking in words that quote what it was given, at debug level.
func TestNoCanaryComesOut(t *testing.T) {
	for _, method := range append([]string{"nothing"}, methods...) {
		for _, panics := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, panics %v", method, panics), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := newPlanted(t)
					p.broken, p.panics = method, panics
					p.each(t)
					p.check(t, method)
					require.Equal(t, method != "nothing", p.met, "the fault was met")
				})
			})
		}
	}
}
