// Package routers shows sallyport in the routers people have: a file each, to
// copy from. All do the same: the endpoints under /api/auth, and one route of
// the host's own that only administrators reach.
//
//	ServeMux  net/http
//	Chi       github.com/go-chi/chi/v5
//	Gin       github.com/gin-gonic/gin
//	Echo      github.com/labstack/echo/v5
//	Fiber     github.com/gofiber/fiber/v3
//	Gorilla   github.com/gorilla/mux
//	GRPC      google.golang.org/grpc
//	Connect   connectrpc.com/connect
package routers
