package httpadapter

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/internal/seldom"
)

// Handler serves the endpoints under one prefix and guards a host's own
// routes. It is safe for concurrent use.
type Handler struct {
	auth    auth.Authenticator
	auditor auth.Auditor
	log     *slog.Logger
	prefix  string
	maxAge  time.Duration
	timeout time.Duration
	cookie  *Cookie // nil: Bearer only
	origins originGuard
	proxies []netip.Prefix
	jwks    func() ([]byte, bool)
	details bool
	routes  map[string]endpoint // by the method and what follows the prefix

	sessions  Sessions
	passwords Passwords

	answers    answers
	proxyUnset atomic.Bool    // EventProxyUnset was raised
	faults     seldom.Counter // by what was being done
}

// endpoint returns what to answer with 200, or an error from the table in
// response.go. It writes headers, never the status or the body.
type endpoint func(http.ResponseWriter, *http.Request) (any, error)

// New returns a Handler for a. The error joins all that is wrong with opts.
func New(a auth.Authenticator, opts *Options) (*Handler, error) {
	if opts == nil {
		opts = &Options{}
	}
	err := opts.check()
	if a == nil {
		err = errors.Join(errors.New("httpadapter: New needs an Authenticator: make one with auth.New"), err)
	}
	if err != nil {
		return nil, err
	}
	h := &Handler{
		auth:    a,
		auditor: opts.Auditor,
		log:     opts.Logger,
		prefix:  cmp.Or(opts.Prefix, defaultPrefix),
		maxAge:  opts.MaxAge,
		timeout: cmp.Or(opts.Timeout, defaultTimeout),
		origins: newOriginGuard(opts.TrustedOrigins),
		proxies: slices.Clone(opts.TrustedProxies),
		jwks:    opts.JWKS,
		details: opts.CredentialDetails,

		sessions:  opts.Sessions,
		passwords: opts.Passwords,
	}
	if opts.Cookie != nil {
		c := *opts.Cookie
		h.cookie = &c
	}
	if h.log == nil {
		h.log = slog.Default()
	}
	if h.auditor == nil {
		h.auditor = auth.NewLogAuditor(h.log)
	}
	h.routes = h.table(opts.Credentials)
	return h, nil
}

// table is the contents of the HTTP API. A GET is a HEAD too.
func (h *Handler) table(providers []credentials.Provider) map[string]endpoint {
	routes := map[string]endpoint{
		"POST /login":    h.login,
		"GET /validate":  h.validate,
		"POST /logout":   h.logout,
		"GET /jwks.json": h.keys,
	}
	documented := []credentials.Provider{unconfigured{"aws", "AWS"}, unconfigured{"nvidia", "NVIDIA"}}
	for _, p := range append(documented, providers...) {
		routes["GET /"+p.Name()+"-credentials"] = h.credentials(p)
	}
	if h.sessions != nil {
		routes["GET /sessions"] = h.listSessions
		routes["DELETE /sessions"] = h.endOthers
		routes["DELETE /sessions/*"] = h.endSession
	}
	if h.passwords != nil {
		routes["POST /password"] = h.changePassword
	}
	return routes
}

// Mount registers the handler for its prefix and all below it, and each endpoint
// under its own pattern, by which a host's log or metric tells them apart. Like
// mux.Handle, it panics where one of them is registered already, or where the
// host has "GET /", which net/http takes for a conflict: register "/" instead.
func (h *Handler) Mount(mux *http.ServeMux) {
	paths := map[string]bool{"": true, "/": true}
	for route := range h.routes {
		if _, path, _ := strings.Cut(route, " "); !strings.HasSuffix(path, "*") {
			paths[path] = true
		}
	}
	for path := range paths {
		mux.Handle(h.prefix+path, h)
	}
}

// ServeHTTP serves the endpoint that r.URL.Path, which begins with the prefix,
// names exactly.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := h.answer(w, r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	write(w, r, http.StatusOK, body)
}

// answer runs the endpoint and encodes what it returned. A panic is an error
// like any other, so that its client too is answered in the documented form.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request) (body []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			body, err = nil, h.panicked(r.Context(), p)
		}
	}()
	serve, err := h.find(w, r)
	if err != nil {
		return nil, err
	}
	payload, err := serve(w, r)
	if err != nil {
		return nil, err
	}
	return encode(payload)
}

func (h *Handler) find(w http.ResponseWriter, r *http.Request) (endpoint, error) {
	rest, below := strings.CutPrefix(r.URL.Path, h.prefix)
	if !below {
		return nil, errNotFound
	}
	if _, one := sessionID(rest); one {
		rest = "/sessions/*"
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if serve := h.routes[method+" "+rest]; serve != nil {
		return serve, nil
	}
	return nil, h.other(w, rest)
}

// other is why nothing answers the method at that path.
func (h *Handler) other(w http.ResponseWriter, rest string) error {
	var allowed []string
	for _, method := range [...]string{"DELETE", "GET", "POST"} {
		if h.routes[method+" "+rest] != nil {
			allowed = append(allowed, method)
		}
	}
	if allowed == nil {
		return errNotFound
	}
	w.Header().Set("Allow", strings.Replace(strings.Join(allowed, ", "), "GET", "GET, HEAD", 1))
	return errMethod
}

// inTime returns the request with the time that all its calls may take
// together: a third more than one of them.
func (h *Handler) inTime(r *http.Request) (*http.Request, context.CancelFunc) {
	ctx, done := context.WithTimeout(r.Context(), h.timeout+h.timeout/3)
	return r.WithContext(ctx), done
}

// bounded returns the request's context with the time one call may take.
func (h *Handler) bounded(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), h.timeout)
}
