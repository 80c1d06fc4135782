package x_test

import _ "github.com/sallyport-go/sallyport/auth"
import _ "github.com/redis/go-redis/v9"
