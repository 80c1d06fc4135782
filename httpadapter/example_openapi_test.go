package httpadapter_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// page lists the endpoints. It needs nothing from elsewhere.
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>API</title>
<h1>API</h1>
<dl id="endpoints"></dl>
<script type="module" src="/docs.js"></script>
</html>
`

const script = `const api = await (await fetch("/openapi.json")).json();
const add = (tag, text) => {
  const e = document.createElement(tag);
  e.textContent = text;
  document.getElementById("endpoints").append(e);
};
for (const [path, operations] of Object.entries(api.paths))
  for (const [method, operation] of Object.entries(operations)) {
    add("dt", method.toUpperCase() + " " + api.servers[0].url + path);
    add("dd", operation.summary);
    for (const [status, answer] of Object.entries(operation.responses)) {
      const name = (answer.$ref ?? "").split("/").pop();
      add("dd", status + " " + (answer.description ?? api.components.responses[name].description));
    }
  }
`

// file serves a text of this program's own.
func file(contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; connect-src 'self'")
		fmt.Fprint(w, text)
	}
}

// The OpenAPI document, and a page of documentation made of it in the browser,
// with nothing from another server. A client generator and larger pages take
// the document alike.
func ExampleOpenAPI() {
	var svc authtest.Fake // in a program, an auth.Service
	guard, err := httpadapter.New(&svc, nil)
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	guard.Mount(mux)
	mux.Handle("GET /openapi.json", httpadapter.OpenAPI(guard))
	mux.Handle("GET /docs", file("text/html; charset=utf-8", page))
	mux.Handle("GET /docs.js", file("text/javascript; charset=utf-8", script))

	for _, path := range []string{"/openapi.json", "/docs", "/docs.js"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		fmt.Println(path, w.Code, w.Header().Get("Content-Type"))
	}
	// Output:
	// /openapi.json 200 application/json
	// /docs 200 text/html; charset=utf-8
	// /docs.js 200 text/javascript; charset=utf-8
}
