// Package httpadapter is the HTTP side of package auth: the documented
// endpoints, and a middleware for a host's own routes.
//
// Start with [New], which takes an auth.Authenticator such as an auth.Service;
// put the [Handler] in a server with [Handler.Mount], or as the http.Handler
// it is in any router that keeps the whole path; guard other routes with
// [Handler.Require] or [Handler.RequireFunc]. A guarded handler finds out who
// is asking with auth.IdentityFrom(r.Context()).
//
// # Tokens
//
// A token is read from the Authorization header (RFC 6750, section 2.1) and,
// where [Options.Cookie] is set, from the cookie; never from a URL or a body.
// A request that carries two different tokens is refused.
//
// # Answers
//
// Every answer is JSON with "success" and, but for credentials, "message",
// except the optional key set at jwks.json. None may be cached. Only the fixed
// texts of this package reach a client: the cause of a 500 or a 503 goes to
// the log or the auditor.
//
// # What the host does
//
// TLS, CORS and the limits of http.Server are the host's: set
// ReadHeaderTimeout and ReadTimeout there, as for any server.
package httpadapter
