package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/examples/quickstart/page"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

func Example() {
	store := memory.New()
	tokens, err := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	if err != nil {
		panic(err)
	}
	svc, err := auth.New(store, tokens, nil)
	if err != nil {
		panic(err)
	}
	accounts := auth.NewAccounts(store, svc)
	var providers []credentials.Provider
	mux := http.NewServeMux()

	guard, err := httpadapter.New(svc, &httpadapter.Options{
		Cookie:      &httpadapter.Cookie{},
		Sessions:    svc,
		Passwords:   accounts,
		Credentials: providers,
	})
	if err != nil {
		panic(err)
	}
	guard.Mount(mux)
	site := page.New(guard, accounts, providers)
	site.Mount(mux)              // /login, /users, ...
	mux.Handle("GET /{$}", site) // the page itself

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"))
	// Output: 200 text/html; charset=utf-8
}
