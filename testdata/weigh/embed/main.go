// Command embed is hello with everything that a server of one process imports.
package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/httpadapter"
	"github.com/sallyport-go/sallyport/store/memory"
)

func main() {
	tokens, err1 := token.NewHS256(make([]byte, 32), nil)
	svc, err2 := auth.New(memory.New(), tokens, nil)
	guard, err3 := httpadapter.New(svc, nil)
	fmt.Println(errors.Join(err1, err2, err3), http.ListenAndServe("127.0.0.1:0", guard))
}
