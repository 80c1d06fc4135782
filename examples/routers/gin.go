package routers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// Gin is for gin, which has no way of its own to use a middleware of net/http.
func Gin(r gin.IRouter, guard *httpadapter.Handler) {
	r.Any("/api/auth/*endpoint", gin.WrapH(guard))
	r.DELETE("/reports/:id", GinUse(guard.Require(auth.RoleAdmin)), ginDelete)
}

// GinUse is gin.WrapH for a middleware. What the middleware refuses ends here.
func GinUse(middleware func(http.Handler) http.Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		admitted := false
		middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			admitted, c.Request = true, r
		})).ServeHTTP(c.Writer, c.Request)
		if !admitted {
			c.Abort()
		}
	}
}

func ginDelete(c *gin.Context) {
	id, _ := auth.IdentityFrom(c.Request.Context())
	c.String(http.StatusOK, "%s deleted %s", id.User.Username, c.Param("id"))
}
