package routers

import (
	"fmt"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// Gorilla is for gorilla/mux. The slash at the end of the prefix leaves
// /api/authors to the host.
func Gorilla(r *mux.Router, guard *httpadapter.Handler) {
	r.PathPrefix("/api/auth/").Handler(guard)
	admins := r.NewRoute().Subrouter()
	admins.Use(mux.MiddlewareFunc(guard.Require(auth.RoleAdmin)))
	admins.Methods("DELETE").Path("/reports/{id}").HandlerFunc(gorillaDelete)
}

func gorillaDelete(w http.ResponseWriter, r *http.Request) {
	id, _ := auth.IdentityFrom(r.Context())
	fmt.Fprintf(w, "%s deleted %s", id.User.Username, mux.Vars(r)["id"])
}
