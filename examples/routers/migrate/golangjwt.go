package migrate

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

type claims struct {
	jwt.RegisteredClaims
	Admin bool `json:"admin"`
}

// GolangJWT is a server that uses golang-jwt by hand.
func GolangJWT(people People, key []byte) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		var form struct{ Username, Password string }
		if json.NewDecoder(r.Body).Decode(&form) != nil {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		person, ok := people.check(form.Username, form.Password)
		if !ok {
			http.Error(w, "wrong username or password", http.StatusUnauthorized)
			return
		}
		token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
			jwt.RegisteredClaims{Subject: person.Email, ExpiresAt: jwt.NewNumericDate(time.Now().Add(24 * time.Hour))},
			person.Admin,
		})
		signed, err := token.SignedString(key)
		if err != nil {
			http.Error(w, "cannot sign", http.StatusInternalServerError)
			return
		}
		json.NewEncoder(w).Encode(map[string]string{"token": signed})
	})
	mux.HandleFunc("GET /reports", func(w http.ResponseWriter, r *http.Request) {
		bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		var c claims
		_, err := jwt.ParseWithClaims(bearer, &c, func(*jwt.Token) (any, error) { return key, nil }, jwt.WithValidMethods([]string{"HS256"}))
		if err != nil || !c.Admin {
			http.Error(w, "not allowed", http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "reports for %s", c.Subject)
	})
	return mux
}

// FromGolangJWT is the same server with sallyport.
func FromGolangJWT(svc *auth.Service) (http.Handler, error) {
	mux := http.NewServeMux()
	guard, err := httpadapter.New(svc, nil)
	if err != nil {
		return nil, err
	}
	guard.Mount(mux)
	mux.Handle("GET /reports", guard.Require(auth.RoleAdmin)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := auth.IdentityFrom(r.Context())
		fmt.Fprintf(w, "reports for %s", id.User.Email)
	})))
	return mux, nil
}
