package migrate

import (
	"net/http"

	jwt "github.com/appleboy/gin-jwt/v2"
	"github.com/gin-gonic/gin"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/examples/routers"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// GinJWT is a server with gin-jwt.
func GinJWT(people People, key []byte) (http.Handler, error) {
	r := gin.New()
	mw, err := jwt.New(&jwt.GinJWTMiddleware{
		Key: key,
		Authenticator: func(c *gin.Context) (any, error) {
			var form struct{ Username, Password string }
			if c.ShouldBindJSON(&form) != nil {
				return nil, jwt.ErrMissingLoginValues
			}
			person, ok := people.check(form.Username, form.Password)
			if !ok {
				return nil, jwt.ErrFailedAuthentication
			}
			return person, nil
		},
		PayloadFunc: func(data any) jwt.MapClaims {
			person := data.(Person)
			return jwt.MapClaims{"identity": person.Email, "admin": person.Admin}
		},
		Authorizator: func(_ any, c *gin.Context) bool {
			return jwt.ExtractClaims(c)["admin"] == true
		},
	})
	if err != nil {
		return nil, err
	}
	r.POST("/login", mw.LoginHandler)
	r.POST("/logout", mw.LogoutHandler)
	r.GET("/refresh", mw.RefreshHandler)
	r.GET("/reports", mw.MiddlewareFunc(), func(c *gin.Context) {
		c.String(http.StatusOK, "reports for %v", jwt.ExtractClaims(c)["identity"])
	})
	return r, nil
}

// FromGinJWT is the same server with sallyport.
func FromGinJWT(svc *auth.Service) (http.Handler, error) {
	r := gin.New()
	guard, err := httpadapter.New(svc, nil)
	if err != nil {
		return nil, err
	}
	r.Any("/api/auth/*endpoint", gin.WrapH(guard))
	r.GET("/reports", routers.GinUse(guard.Require(auth.RoleAdmin)), func(c *gin.Context) {
		id, _ := auth.IdentityFrom(c.Request.Context())
		c.String(http.StatusOK, "reports for %v", id.User.Email)
	})
	return r, nil
}
