// Package httpadapter is the HTTP side of package auth: the documented
// endpoints, and a middleware for a host's own routes.
//
// Start with [New], which takes an auth.Authenticator such as an auth.Service;
// put the [Handler] in a server with [Handler.Mount], or as the http.Handler
// it is in any router that keeps the whole path; guard other routes with
// [Handler.Require] or [Handler.RequireFunc]. A guarded handler finds out who
// is asking with auth.IdentityFrom(r.Context()).
//
// Where [Options.Sessions] and [Options.Passwords] say who does it, people see
// their own sessions at GET {prefix}/sessions, end one at DELETE
// {prefix}/sessions/{id} and all others at DELETE {prefix}/sessions, and change
// their password at POST {prefix}/password.
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
// texts of this package, and the reasons of package auth/password, reach a
// client: the cause of a 500 or a 503 goes to the log or the auditor.
//
// Beside 200, a client has to expect:
//
//	400  a login or a password change that is not one JSON object with two
//	     strings in it; a new password that the policy does not take
//	401  no token, or not a live one; a login refused, whatever the reason
//	403  a role or an origin that is not let in; a wrong current password
//	404  no such endpoint or session, or credentials that are not configured
//	405  another method; Allow says which
//	408  413  415  one of the two whose body is slow, above 64 KiB, or not JSON
//	429  too many failed logins or wrong current passwords; Retry-After says how long, in seconds
//	500  a fault in the program
//	503  a store, an auditor or a provider that could not be asked, with Retry-After
//
// The same as an OpenAPI 3.1 document, with an example of each, is served by
// [OpenAPI].
//
// # What the host does
//
// TLS, CORS and the limits of http.Server are the host's: set
// ReadHeaderTimeout and ReadTimeout there, as for any server.
package httpadapter
