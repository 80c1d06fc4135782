package otelauth

import (
	"context"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// Authenticator returns next with a span and a duration for each Login,
// Validate and Logout, by what came of it. The number of logins is exact here,
// also of those throttled, of which the record has one event a window. Nil
// stays nil.
func (t *Telemetry) Authenticator(next auth.Authenticator) auth.Authenticator {
	if next == nil {
		return nil
	}
	return &authenticator{t, next}
}

type authenticator struct {
	*Telemetry
	next auth.Authenticator
}

func (a *authenticator) Login(ctx context.Context, req auth.LoginRequest) (_ *auth.Grant, err error) {
	ctx, c := a.login.begin(ctx)
	defer c.end(&err)
	err = errPanicked
	return a.next.Login(ctx, req)
}

func (a *authenticator) Validate(ctx context.Context, token string, maxAge time.Duration) (_ *auth.Identity, err error) {
	ctx, c := a.validate.begin(ctx)
	defer c.end(&err)
	err = errPanicked
	return a.next.Validate(ctx, token, maxAge)
}

func (a *authenticator) Logout(ctx context.Context, token string) (err error) {
	ctx, c := a.logout.begin(ctx)
	defer c.end(&err)
	err = errPanicked
	return a.next.Logout(ctx, token)
}
