package redisstore_test

import (
	"errors"
	"fmt"

	goredis "github.com/redis/go-redis/v9"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
	redisstore "github.com/sallyport-go/sallyport/store/redis"
)

// Users stay where they are; sessions and throttle go to Redis, so that all
// nodes behind a load balancer see a logout and count failures together.
func Example() {
	client := goredis.NewClient(&goredis.Options{
		Addr:                  "127.0.0.1:6379",
		ContextTimeoutEnabled: true, // a silent Redis is answered for in time
	})
	defer client.Close()
	users := memory.NewUsers() // or the host's own auth.UserStore

	kept, err1 := redisstore.New(client, nil)
	tokens, err2 := token.NewHS256([]byte("32 bytes or more, from authctl key new"), nil)
	svc, err3 := auth.New(auth.Compose(users, kept, kept), tokens, nil)
	if err := errors.Join(err1, err2, err3); err != nil {
		fmt.Println(err)
		return
	}
	_ = svc // Redis is first asked by svc.Login
	fmt.Println("wired")
	// Output: wired
}
