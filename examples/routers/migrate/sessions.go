package migrate

import (
	"fmt"
	"net/http"

	"github.com/alexedwards/scs/v2"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// Sessions is a server with the sessions of scs.
func Sessions(people People) http.Handler {
	sessions := scs.New()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		person, ok := people.check(r.PostFormValue("username"), r.PostFormValue("password"))
		if !ok {
			http.Error(w, "wrong username or password", http.StatusUnauthorized)
			return
		}
		if err := sessions.RenewToken(r.Context()); err != nil {
			http.Error(w, "no session", http.StatusInternalServerError)
			return
		}
		sessions.Put(r.Context(), "email", person.Email)
	})
	mux.HandleFunc("POST /logout", func(w http.ResponseWriter, r *http.Request) {
		if err := sessions.Destroy(r.Context()); err != nil {
			http.Error(w, "still signed in", http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("GET /reports", func(w http.ResponseWriter, r *http.Request) {
		person := people[sessions.GetString(r.Context(), "email")]
		if !person.Admin {
			http.Error(w, "not allowed", http.StatusForbidden)
			return
		}
		views := sessions.GetInt(r.Context(), "views") + 1
		sessions.Put(r.Context(), "views", views)
		fmt.Fprintf(w, "reports for %s, view %d", person.Email, views)
	})
	return sessions.LoadAndSave(mux)
}

// FromSessions is the same server with sallyport. What else the sessions hold
// stays where it is, under a cookie of another name.
func FromSessions(svc *auth.Service, cookie httpadapter.Cookie) (http.Handler, error) {
	sessions := scs.New()
	sessions.Cookie.Name = "data"
	mux := http.NewServeMux()
	guard, err := httpadapter.New(svc, &httpadapter.Options{Cookie: &cookie})
	if err != nil {
		return nil, err
	}
	guard.Mount(mux)
	mux.Handle("GET /reports", guard.Require(auth.RoleAdmin)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, _ := auth.IdentityFrom(r.Context())
		key := id.Session.ID + " views" // ends with the login it belongs to
		views := sessions.GetInt(r.Context(), key) + 1
		sessions.Put(r.Context(), key, views)
		fmt.Fprintf(w, "reports for %s, view %d", id.User.Email, views)
	})))
	return sessions.LoadAndSave(mux), nil
}
