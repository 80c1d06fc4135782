// Package otelauth makes OpenTelemetry metrics and spans of what sallyport
// does. It uses the API of OpenTelemetry alone: which SDK and exporter there
// are is the host's choice.
//
// Start with [New] and put its wrappers around the parts that are there:
//
//	tel, err := otelauth.New(meters, tracers, &otelauth.Options{LiveSessions: store.CountSessions})
//	hasher, err := password.New(&password.Options{Waited: tel.Waited})
//	svc, err := auth.New(store, tokens, &auth.Options{Hasher: tel.Hasher(hasher), Auditor: tel.Auditor(record)})
//	guard, err := httpadapter.New(tel.Authenticator(svc), &httpadapter.Options{Auditor: svc})
//
// Each of them can be left out. Wrappers change no answer and no error; what a
// Service asks for is asked of the value inside.
//
// No attribute of a metric or a span says who, from where or by which session:
// there is no user, address, session, token or text of an error among them, and
// a metric has a bounded number of series. The page docs/observability.md lists
// all there are.
package otelauth
