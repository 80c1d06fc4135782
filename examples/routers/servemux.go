package routers

import (
	"fmt"
	"net/http"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// ServeMux is for the standard library's own.
func ServeMux(mux *http.ServeMux, guard *httpadapter.Handler) {
	guard.Mount(mux)
	mux.Handle("DELETE /reports/{id}", guard.Require(auth.RoleAdmin)(http.HandlerFunc(deleteReport)))
}

func deleteReport(w http.ResponseWriter, r *http.Request) {
	id, _ := auth.IdentityFrom(r.Context())
	fmt.Fprintf(w, "%s deleted %s", id.User.Username, r.PathValue("id"))
}
