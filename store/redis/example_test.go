package redisstore_test

import (
	"context"
	"errors"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	redisstore "github.com/sallyport-go/sallyport/store/redis"
)

// employees is a host's own user store: two reads of what the host has already,
// here a list by ID.
type employees map[string]*auth.Account

func (e employees) AccountByLogin(_ context.Context, login string) (*auth.Account, error) {
	for _, a := range e {
		if a.Username == login || a.Email == login {
			found := *a
			return &found, nil
		}
	}
	return nil, auth.ErrUserNotFound
}

func (e employees) UserByID(_ context.Context, id string) (*auth.User, error) {
	a, ok := e[id]
	if !ok {
		return nil, auth.ErrUserNotFound
	}
	found := a.User
	return &found, nil
}

// Users stay where they are; sessions and throttle go to Redis, so that all
// nodes behind a load balancer see a logout and count failures together.
func Example() {
	client := goredis.NewClient(&goredis.Options{Addr: "127.0.0.1:6379", ContextTimeoutEnabled: true})
	defer client.Close()
	hash := "$argon2id$..." // as the host keeps it
	users := employees{"7": {
		User: auth.User{
			ID: "7", Username: "jane", Email: "jane@example.com",
			Role: auth.RoleAdmin, Active: true, Stamp: auth.StampOf(hash),
		},
		PasswordHash: auth.NewSecret(hash),
	}}

	kept, err1 := redisstore.New(client, nil)
	store := auth.Compose(users, kept, kept)
	tokens, err2 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err3 := auth.New(store, tokens, nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		fmt.Println(err)
		return
	}
	_ = svc // Redis is first asked by svc.Login
	jane, err := store.AccountByLogin(context.Background(), "jane@example.com")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(jane.Username, "can log in on every node")
	// Output: jane can log in on every node
}
