package httpadapter_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/httpadapter"
)

// What validate keeps of its answers shows in none: each is what a Handler
// that was never asked before would say.
func TestAKeptAnswerIsOfTheUserAsReadNow(t *testing.T) {
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	jane := auth.User{
		ID: "jane", Username: "jane", Email: "jane@example.com", Name: "Jane", Organization: "Acme", AWSRegion: "eu-north-1",
		Role: auth.RoleUser, Active: true, CreatedAt: now, UpdatedAt: now, LastLogin: now, Stamp: "stamp",
	}
	var user auth.User
	open := func() *httpadapter.Handler {
		h, err := httpadapter.New(stub{validate: func(string, time.Duration) (*auth.Identity, error) {
			return &auth.Identity{User: user}, nil
		}}, nil)
		require.NoError(t, err)
		return h
	}
	kept := open()
	says := func(u auth.User) string {
		user = u
		r := get("/api/auth/validate", "token")
		answer := ask(t, kept, r)
		require.Equal(t, 200, answer.status)
		require.Equal(t, ask(t, open(), r).raw, answer.raw)
		return answer.raw
	}
	first := says(jane)
	require.Equal(t, first, says(jane))

	fields := reflect.TypeFor[auth.User]()
	for i := range fields.NumField() {
		changed := jane
		switch f := reflect.ValueOf(&changed).Elem().Field(i).Addr().Interface().(type) {
		case *string:
			*f += "x"
		case *auth.Role:
			*f = auth.RoleAdmin
		case *bool:
			*f = !*f
		case *time.Time:
			*f = f.Add(time.Second)
		default:
			t.Fatalf("a field of another type: %s", fields.Field(i).Name)
		}
		says(changed)
		require.Equal(t, first, says(jane), "after another %s", fields.Field(i).Name)
	}
	never := jane
	never.LastLogin = time.Time{}
	require.Contains(t, says(never), `"last_login":null`)

	long := jane
	long.Name = strings.Repeat("é", 4096)
	require.Equal(t, says(long), says(long))

	for i := range 3 * 4096 { // far more than are kept, so that they take turns
		other := jane
		other.ID = fmt.Sprint("user ", i)
		says(other)
	}
	require.Equal(t, first, says(jane))
}

func BenchmarkFirstAnswer(b *testing.B) {
	now := time.Now().UTC()
	users := 0
	h, err := httpadapter.New(stub{validate: func(string, time.Duration) (*auth.Identity, error) {
		users++
		return &auth.Identity{User: auth.User{ID: fmt.Sprint(users), Username: "jane", Role: auth.RoleUser, CreatedAt: now, UpdatedAt: now}}, nil
	}}, nil)
	require.NoError(b, err)
	r, w := get("/api/auth/validate", "token"), &reused{header: make(map[string][]string)}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(w, r)
	}
}
