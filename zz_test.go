package sallyport_test
import (_ "github.com/lestrrat-go/jwx/v2/jws";_ "github.com/lestrrat-go/jwx/v2/jwk";_ "golang.org/x/crypto/argon2";_ "golang.org/x/text/secure/precis";_ "golang.org/x/sync/singleflight";_ "github.com/stretchr/testify/require";_ "github.com/stretchr/testify/assert";_ "pgregory.net/rapid")
