package serve

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/appleboy/gin-jwt/v2"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/jwtauth/v5"
	"golang.org/x/crypto/argon2"
)

func nothing() error { return nil }

// bare answers everybody the body it was given.
func bare(_ context.Context, cfg Config) (*program, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+validatePath, answerWith(cfg.Body))
	return &program{handler: mux, close: nothing}, nil
}

func answerWith(body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(body)
	}
}

// users is a table of users that a peer's host keeps by hand, hashed with
// argon2id and the parameters of the library, as many at once as are asked for.
type users struct {
	salt   []byte
	hash   []byte
	known  map[string]bool
	secret []byte
}

func newUsers(n int) *users {
	u := &users{salt: make([]byte, 16), secret: make([]byte, 32), known: make(map[string]bool)}
	rand.Read(u.salt)
	rand.Read(u.secret)
	u.hash = u.derive(Password)
	for i := range n {
		u.known[User(i)] = true
	}
	return u
}

func (u *users) derive(password string) []byte {
	return argon2.IDKey([]byte(password), u.salt, 2, 19*1024, 1, 32)
}

// login is what all the servers are sent. PocketBase has another name for it.
type login struct {
	Username string `json:"username"`
	Identity string `json:"identity"`
	Password string `json:"password"`
}

func (u *users) admits(l login) bool {
	same := subtle.ConstantTimeCompare(u.derive(l.Password), u.hash) == 1
	return same && u.known[l.Username]
}

func claims(user string) map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": "sallyport", "aud": "sallyport", "sub": user, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
	}
}

// ginJWT is gin with gin-jwt. It trusts the token and reads no user.
func ginJWT(_ context.Context, cfg Config) (*program, error) {
	gin.SetMode(gin.ReleaseMode)
	known := newUsers(cfg.Users)
	guard, err := jwt.New(&jwt.GinJWTMiddleware{
		Realm: "bench", Key: known.secret, Timeout: 24 * time.Hour, IdentityKey: "sub",
		PayloadFunc: func(data any) jwt.MapClaims { return claims(data.(string)) },
		Authenticator: func(c *gin.Context) (any, error) {
			var l login
			if err := c.ShouldBindJSON(&l); err != nil || !known.admits(l) {
				return nil, jwt.ErrFailedAuthentication
			}
			return l.Username, nil
		},
	})
	if err != nil {
		return nil, err
	}
	router := gin.New()
	router.POST(loginPath("gin-jwt"), guard.LoginHandler)
	router.GET(validatePath, guard.MiddlewareFunc(), func(c *gin.Context) { c.Data(http.StatusOK, "application/json", cfg.Body) })
	return &program{handler: router, close: nothing}, nil
}

// jwtAuth is net/http with go-chi/jwtauth. It trusts the token and reads no
// user.
func jwtAuth(_ context.Context, cfg Config) (*program, error) {
	known := newUsers(cfg.Users)
	tokens := jwtauth.New("HS256", known.secret, nil)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+loginPath("jwtauth"), func(w http.ResponseWriter, r *http.Request) {
		var l login
		if err := json.NewDecoder(r.Body).Decode(&l); err != nil || !known.admits(l) {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		_, tok, err := tokens.Encode(claims(l.Username))
		if err != nil {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"token": tok})
	})
	mux.Handle("GET "+validatePath, jwtauth.Verifier(tokens)(jwtauth.Authenticator(tokens)(answerWith(cfg.Body))))
	return &program{handler: mux, close: nothing}, nil
}

// closing runs several, the last first.
type closing []func() error

func (c closing) close() error {
	var errs []error
	for i := range c {
		errs = append(errs, c[len(c)-1-i]())
	}
	return errors.Join(errs...)
}
