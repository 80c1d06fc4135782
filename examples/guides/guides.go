// Package guides is the code that the pages in docs show, so that it compiles.
// docs_test.go looks for each block here and in the other examples.
package guides

//lint:file-ignore SA4006 the pages leave what is done with an error to the reader

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
	redisstore "github.com/sallyport-go/sallyport/store/redis"
	"github.com/sallyport-go/sallyport/store/sql"
)

// Cookies is docs/cookies.md.
func Cookies(svc *auth.Service) (*httpadapter.Handler, error) {
	guard, err := httpadapter.New(svc, &httpadapter.Options{
		Cookie:         &httpadapter.Cookie{OmitToken: true},
		TrustedOrigins: []string{"https://app.example.com"}, // if pages of another origin use the API
	})
	return guard, err
}

// Audit is docs/audit.md.
func Audit(ctx context.Context, db *sql.DB, key *token.Key, logger *slog.Logger) (*httpadapter.Handler, error) {
	store, err := sqlstore.New(db, sqlstore.Postgres, nil)
	record := auth.Auditors(store, auth.NewLogAuditor(logger)) // a table, and a log that people watch
	tokens, err := token.New(key, &token.Options{Auditor: record})
	svc, err := auth.New(store, tokens, &auth.Options{Auditor: record})
	guard, err := httpadapter.New(svc, &httpadapter.Options{Auditor: svc})

	for n := 1000; n == 1000; {
		n, err = store.PurgeEvents(ctx, time.Now().Add(-90*24*time.Hour), 1000)
	}
	return guard, err
}

// Credentials is docs/credentials.md.
func Credentials(svc *auth.Service, auditor auth.Auditor) (*httpadapter.Handler, error) {
	env := credentials.Env(os.LookupEnv)
	aws, err1 := credentials.AWS(env, &credentials.AWSOptions{Region: "eu-north-1"})
	nvidia, err2 := credentials.NVIDIA(env, nil)
	guard, err3 := httpadapter.New(svc, &httpadapter.Options{
		Credentials: []credentials.Provider{aws, nvidia},
		Auditor:     auditor,
	})
	return guard, errors.Join(err1, err2, err3)
}

// CredentialDetails is docs/credentials.md.
func CredentialDetails() httpadapter.Options {
	return httpadapter.Options{CredentialDetails: true}
}

// ThirdProvider is docs/credentials.md.
func ThirdProvider(env auth.SecretProvider) (credentials.Provider, error) {
	groq, err := credentials.OpenAI(env, credentials.OpenAIOptions{
		Name: "groq", Title: "Groq", BaseURL: "https://api.groq.com", Path: "/openai/v1",
		Model: "openai/gpt-oss-120b",
	})
	return groq, err
}

// ExistingTable is docs/existing-tables.md.
func ExistingTable(ctx context.Context, db *sql.DB, tokens auth.Tokens) (*auth.Service, error) {
	users, err := sqlstore.OpenUsers(ctx, db, sqlstore.Postgres, sqlstore.Schema{
		From:         "accounts",
		Username:     sqlstore.Absent, // people log in by e-mail
		PasswordHash: "encrypted_password",
		Organization: sqlstore.Absent,
		AWSRegion:    sqlstore.Absent,
		Flags:        []sqlstore.RoleFlag{{Column: "is_admin", Role: auth.RoleAdmin}},
		Active:       "locked_at IS NULL",
		LastLogin:    "last_sign_in_at",
	})
	hasher, err := password.New(&password.Options{Legacy: []password.Format{password.Bcrypt(12)}})

	store, err := sqlstore.New(db, sqlstore.Postgres, nil)
	err = store.Migrate(ctx)               // makes tables beside yours
	identity, err := users.Identity(store) // one query a request: the same database
	svc, err := auth.New(auth.Compose(users, store, store), tokens, &auth.Options{
		Identity: identity,
		Hasher:   hasher,
	})
	return svc, err
}

// InSQL is docs/existing-tables.md.
func InSQL() sqlstore.Schema {
	return sqlstore.Schema{
		From:         "accounts a JOIN companies c ON c.id = a.company_id",
		Where:        "a.deleted_at IS NULL AND c.slug = 'acme'", // who does not meet it is logged out
		ID:           "a.id",
		Username:     "a.login",
		Organization: "c.title",
		AWSRegion:    sqlstore.Absent,
	}
}

// directory is docs/existing-tables.md.
type directory struct{ accounts map[string]auth.Account }

var _ auth.UserStore = (*directory)(nil)

func (d *directory) AccountByLogin(ctx context.Context, login string) (*auth.Account, error) {
	account, ok := d.accounts[login]
	if !ok {
		return nil, auth.ErrUserNotFound
	}
	return &account, nil
}

func (d *directory) UserByID(ctx context.Context, id string) (*auth.User, error) {
	for _, account := range d.accounts {
		if account.ID == id {
			return &account.User, nil
		}
	}
	return nil, auth.ErrUserNotFound
}

// Sessions is docs/sessions.md.
func Sessions(store *memory.Store, tokens auth.Tokens) (*httpadapter.Handler, error) {
	svc, err := auth.New(store, tokens, &auth.Options{
		MaxSessions: 5,                // a login beyond it ends the oldest
		IdleLimit:   30 * time.Minute, // ends what nobody has used for so long
	})

	accounts := auth.NewAccounts(store, svc)
	guard, err := httpadapter.New(svc, &httpadapter.Options{
		Sessions:  svc,      // GET and DELETE /api/auth/sessions
		Passwords: accounts, // POST /api/auth/password
	})
	return guard, err
}

// PasswordForm is docs/sessions.md.
func PasswordForm(svc *auth.Service, r *http.Request) error {
	id, _ := auth.IdentityFrom(r.Context())
	err := svc.EndUserSessions(r.Context(), id.User.ID, "")
	return err
}

// Redis is store/redis/README.md.
func Redis(users auth.UserStore) (auth.Store, error) {
	client := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
	kept, err := redisstore.New(client, nil)
	store := auth.Compose(users, kept, kept) // users: your auth.UserStore
	return store, err
}

// Proxies is docs/proxies.md.
func Proxies(svc auth.Authenticator) (*httpadapter.Handler, error) {
	guard, err := httpadapter.New(svc, &httpadapter.Options{
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.3.0/24")}, // where the proxies are
	})
	return guard, err
}

// Rotate is docs/rotate-key.md: three starts of a node, and what can be done
// while it runs.
func Rotate(former, next []byte) (first, second, third *token.Tokens, err error) {
	old, err1 := token.HS256(former)
	key, err2 := token.HS256(next)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, nil, err
	}
	key = key.Named() // the unnamed key is the first one; all later ones have a name

	overlap := 30 * time.Minute // longer than it takes to start all nodes anew
	first, err1 = token.New(old, &token.Options{Accept: []*token.Key{key}})
	second, err2 = token.New(key, &token.Options{Accept: []*token.Key{old}, Overlap: overlap})
	third, err3 := token.New(key, nil)
	return first, second, third, errors.Join(err1, err2, err3)
}

// Leaked is docs/rotate-key.md.
func Leaked(tokens *token.Tokens, key, leaked *token.Key) error {
	err := tokens.Rotate(key)
	if err == nil {
		err = tokens.Revoke(leaked) // its tokens are refused from here on
	}
	return err
}

// Forms is docs/own-forms.md, with the accounts in the library's own tables.
type Forms struct {
	Accounts *auth.Accounts
}

// SignUp is a form that makes an account.
func (f *Forms) SignUp(w http.ResponseWriter, r *http.Request) {
	_, err := f.Accounts.Create(r.Context(), auth.NewAccount{
		Username: r.PostFormValue("username"),
		Email:    r.PostFormValue("email"), // once a mail to it was answered
		Password: auth.NewSecret(r.PostFormValue("password")),
	})
	weak, isWeak := errors.AsType[*auth.PolicyError](err)
	switch {
	case isWeak:
		http.Error(w, "Password "+weak.Reason, http.StatusUnprocessableEntity)
	case errors.Is(err, auth.ErrInvalidAccount):
		http.Error(w, "That name or e-mail will not do", http.StatusUnprocessableEntity)
	case errors.Is(err, auth.ErrUserExists):
		http.Error(w, "That name or e-mail is taken", http.StatusConflict)
	case err != nil:
		http.Error(w, "Try again later", http.StatusServiceUnavailable)
	}
}

// Reset, Disable and Remove are what follows such forms; each ends all sessions
// of the user.
func (f *Forms) Reset(ctx context.Context, userID, chosen string) error {
	err := f.Accounts.SetPassword(ctx, userID, auth.NewSecret(chosen))
	return err
}

// Disable is told of with Reset.
func (f *Forms) Disable(ctx context.Context, userID string) error {
	err := f.Accounts.SetActive(ctx, userID, false)
	return err
}

// Remove is told of with Reset.
func (f *Forms) Remove(ctx context.Context, userID string) error {
	err := f.Accounts.Delete(ctx, userID)
	return err
}

// OwnTable is docs/own-forms.md, with the accounts in the host's table.
type OwnTable struct {
	DB     *sql.DB
	Svc    *auth.Service
	Hasher *password.Hasher // the one in auth.Options.Hasher
}

// SignUp adds a row.
func (t *OwnTable) SignUp(ctx context.Context, email, chosen string) error {
	login, err := auth.Canonical(email) // as it is looked for: in lower case
	if err != nil {
		return err
	}
	var policy *password.Policy // nil: at least 15 characters, none of the common ones
	if err := policy.Check(chosen, login); err != nil {
		return err
	}
	hash, err := t.Hasher.Hash(ctx, chosen)
	if err != nil {
		return err
	}
	_, err = t.DB.ExecContext(ctx, `INSERT INTO accounts (email, encrypted_password) VALUES (?, ?)`, login, hash)
	return err
}

// Reset writes the hash first, and then ends the sessions.
func (t *OwnTable) Reset(ctx context.Context, userID, hash string) error {
	if _, err := t.DB.ExecContext(ctx, `UPDATE accounts SET encrypted_password = ? WHERE id = ?`, hash, userID); err != nil {
		return err
	}
	return errors.Join(
		t.Svc.EndUserSessions(ctx, userID, ""),
		t.Svc.Audit(ctx, auth.Event{Kind: auth.EventPasswordChanged, UserID: userID}), // for the record
	)
}

// Remove deletes the row first, and then ends the sessions.
func (t *OwnTable) Remove(ctx context.Context, userID string) error {
	if _, err := t.DB.ExecContext(ctx, `DELETE FROM accounts WHERE id = ?`, userID); err != nil {
		return err
	}
	return errors.Join(
		t.Svc.EndUserSessions(ctx, userID, ""),
		t.Svc.Audit(ctx, auth.Event{Kind: auth.EventAccountDeleted, UserID: userID}),
	)
}
