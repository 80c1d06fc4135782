package routers

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v3"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// Fiber is for fiber, which is built on fasthttp. A client that hangs up does
// not end the context of its request there.
func Fiber(app fiber.Router, guard *httpadapter.Handler) {
	app.All("/api/auth/*", fiberWrap(guard))
	app.Delete("/reports/:id", fiberUse(guard.Require(auth.RoleAdmin)), fiberDelete)
}

func fiberDelete(c fiber.Ctx) error {
	id, _ := auth.IdentityFrom(c.Context())
	return c.SendString(id.User.Username + " deleted " + c.Params("id"))
}

// fiberWrap serves h. Fiber's own adaptor will not do: of a header that stands
// twice it passes on the last, so that a request with two tokens is let in and
// a proxy of several is believed alone; and later requests write over its
// strings, which an auditor may have kept.
func fiberWrap(h http.Handler) fiber.Handler {
	return func(c fiber.Ctx) error {
		r, err := fiberRequest(c)
		if err != nil {
			return fiber.ErrBadRequest
		}
		w := fiberWriter{c, make(http.Header)}
		h.ServeHTTP(w, r)
		for name, values := range w.header {
			for _, value := range values {
				c.Response().Header.Add(name, value)
			}
		}
		return nil
	}
}

// fiberUse is fiberWrap for a middleware. What the middleware refuses ends here.
func fiberUse(middleware func(http.Handler) http.Handler) fiber.Handler {
	return func(c fiber.Ctx) error {
		admitted := false
		err := fiberWrap(middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			admitted = true
			c.SetContext(r.Context())
		})))(c)
		if err != nil || !admitted {
			return err
		}
		return c.Next()
	}
}

// fiberRequest copies all but the body, which nobody keeps.
func fiberRequest(c fiber.Ctx) (*http.Request, error) {
	in := c.Request()
	target, err := url.ParseRequestURI(string(in.RequestURI()))
	if err != nil {
		return nil, err
	}
	header := make(http.Header)
	for name, value := range in.Header.All() {
		header.Add(string(name), string(value))
	}
	r := &http.Request{
		Method: string(in.Header.Method()), URL: target, Host: string(in.Host()), Header: header,
		Body: io.NopCloser(bytes.NewReader(in.Body())), ContentLength: int64(len(in.Body())),
		RemoteAddr: c.RequestCtx().RemoteAddr().String(), TLS: c.RequestCtx().TLSConnectionState(),
	}
	return r.WithContext(c.Context()), nil
}

// fiberWriter is the answer, which fasthttp sends when the handlers are done.
type fiberWriter struct {
	fiber.Ctx
	header http.Header
}

func (w fiberWriter) Header() http.Header    { return w.header }
func (w fiberWriter) WriteHeader(status int) { w.Status(status) }

// FiberError belongs in fiber.Config.ErrorHandler. Fiber's own shows a client
// the text of any error, and behind its recover middleware, without which a
// panic ends the process, that of the panic.
func FiberError(c fiber.Ctx, err error) error {
	if known, ok := errors.AsType[*fiber.Error](err); ok {
		return c.SendStatus(known.Code)
	}
	return c.SendStatus(fiber.StatusInternalServerError)
}
