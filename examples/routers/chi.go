package routers

import (
	"github.com/go-chi/chi/v5"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// Chi is for chi, whose handlers are those of net/http. Leave out its
// middleware.RealIP, which lets any client say what its address is:
// httpadapter.Options.TrustedProxies does what it is for.
func Chi(r chi.Router, guard *httpadapter.Handler) {
	r.Mount("/api/auth", guard)
	r.With(guard.Require(auth.RoleAdmin)).Delete("/reports/{id}", deleteReport)
}
