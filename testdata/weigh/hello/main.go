// Command hello is a net/http server that does nothing, to weigh others by.
package main

import (
	"fmt"
	"net/http"
)

func main() {
	fmt.Println(http.ListenAndServe("127.0.0.1:0", http.NotFoundHandler()))
}
