package httpadapter

import (
	"net/http"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// name begins with __Host- wherever the cookie is secure: browsers then take
// it from this host alone, over TLS alone, for the whole host (RFC 6265bis,
// section 4.1.3.2).
func (c *Cookie) name() string {
	if c.InsecureHTTP {
		return "session"
	}
	return "__Host-session"
}

// set keeps the token until its session ends.
func (c *Cookie) set(w http.ResponseWriter, g *auth.Grant) {
	left := int(time.Until(g.Identity.Session.ExpiresAt) / time.Second)
	c.write(w, g.Token, max(left, 1))
}

func (c *Cookie) clear(w http.ResponseWriter) { c.write(w, "", -1) }

// write sets the cookie for so many seconds; a negative number removes it.
func (c *Cookie) write(w http.ResponseWriter, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name:     c.name(),
		Value:    value,
		Path:     "/",
		MaxAge:   maxAge,
		Secure:   !c.InsecureHTTP,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}
