package routers

import (
	"net/http"

	"github.com/labstack/echo/v5"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// Echo is for echo, v4 and v5: in v4 an echo.Context is no pointer.
func Echo(e *echo.Echo, guard *httpadapter.Handler) {
	e.Any("/api/auth/*", echo.WrapHandler(guard))
	e.DELETE("/reports/:id", echoDelete, echo.WrapMiddleware(guard.Require(auth.RoleAdmin)))
}

func echoDelete(c *echo.Context) error {
	id, _ := auth.IdentityFrom(c.Request().Context())
	return c.String(http.StatusOK, id.User.Username+" deleted "+c.Param("id"))
}
