package httpadapter

import (
	_ "embed"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// openAPI is read by OpenAPI alone: a server that does not call it does not
// link it.
//
//go:embed openapi.json
var openAPI string

// OpenAPI serves the OpenAPI 3.1 document of h's endpoints, as JSON, with h's
// prefix as its server. It has all endpoints, those too that h was not told to
// serve, and tells nothing of h else, so anybody may read it:
//
//	mux.Handle("GET /openapi.json", httpadapter.OpenAPI(h))
func OpenAPI(h *Handler) http.Handler {
	document := strings.Replace(openAPI, strconv.Quote(defaultPrefix), strconv.Quote(h.prefix), 1)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(document))
	})
}
