package credentials_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/credentials"
)

// The stub is only as good as what it refuses: a real call, signed by curl, is
// altered in one thing at a time, and each must be seen.
func TestStubRefusesWhatAWSRefuses(t *testing.T) {
	c := awsCase{opts: credentials.AWSOptions{Region: "us-east-1", Model: arnModel}, token: docToken}
	key, m := c.answer(t)
	s := newStub(t, m.Endpoint, bedrockAnswer, func(c call) error { return verifySigV4(c.Request, c.body, key, m.Region) })
	b := newSandbox(t, s)
	_, errs, err := b.example(t, shell("sh"), m, key.env()...)
	require.NoError(t, err, errs)
	calls, refused := s.received()
	require.NoError(t, refused)
	require.Len(t, calls, 1)

	header := func(name, from, to string) func(*call, *awsKey, *string) {
		return func(c *call, _ *awsKey, _ *string) {
			was := c.Header.Get(name)
			c.Header.Set(name, strings.Replace(was, from, to, 1))
			require.NotEqual(t, was, c.Header.Get(name), "the fault is planted")
		}
	}
	for fault, plant := range map[string]func(c *call, k *awsKey, region *string){
		"another secret":      func(_ *call, k *awsKey, _ *string) { k.secret = k.secret[1:] },
		"another key ID":      func(_ *call, k *awsKey, _ *string) { k.id = docKeyID },
		"another token":       func(_ *call, k *awsKey, _ *string) { k.token += "x" },
		"no token expected":   func(_ *call, k *awsKey, _ *string) { k.token = "" },
		"another region":      func(_ *call, _ *awsKey, r *string) { *r = "us-west-2" },
		"region in the scope": header("Authorization", "/us-east-1/", "/us-west-2/"),
		"another service":     header("Authorization", "/bedrock/", "/bedrock-runtime/"),
		"another day":         header("X-Amz-Date", "20", "19"),
		"a token not signed":  header("Authorization", ";x-amz-security-token", ""),
		"another body":        func(c *call, _ *awsKey, _ *string) { c.body = append(c.body, ' ') },
		"another path":        func(c *call, _ *awsKey, _ *string) { c.RequestURI += "/" },
		"a query":             func(c *call, _ *awsKey, _ *string) { c.RequestURI += "?a=b" },
		"another host":        func(c *call, _ *awsKey, _ *string) { c.Host = "evil.example" },
		"another method":      func(c *call, _ *awsKey, _ *string) { c.Method = "PUT" },
		"one bit of the signature": func(c *call, _ *awsKey, _ *string) {
			a := c.Header.Get("Authorization")
			c.Header.Set("Authorization", a[:len(a)-1]+string("0123456789abcdef"[(strings.IndexByte("0123456789abcdef", a[len(a)-1])+1)%16]))
		},
		"no signature": func(c *call, _ *awsKey, _ *string) { c.Header.Set("Authorization", "Bearer x") },
		"a path escaped twice, as old curl sends it": func(c *call, _ *awsKey, _ *string) {
			c.RequestURI = strings.ReplaceAll(c.RequestURI, "%", "%25")
		},
	} {
		altered, k, region := call{calls[0].Clone(t.Context()), append([]byte{}, calls[0].body...), nil}, key, m.Region
		plant(&altered, &k, &region)
		assert.Error(t, verifySigV4(altered.Request, altered.body, k, region), fault)
	}

	_, _, err = b.run(t, key.env(), "sh", "example.sh")
	require.NoError(t, err)
	_, refused = s.received()
	require.ErrorContains(t, refused, "call number 2", "the stub sees that a call came twice")
}

// What the tests say of HTTP/2 is of the stub, not of a client that is lucky.
func TestStubSpeaksBothVersionsOfHTTP(t *testing.T) {
	m := masked(t, newAWS(t, awsSet(), credentials.AWSOptions{}), "eu-north-1")
	for flag, major := range map[string]int{"--http1.1": 1, "--http2": 2} {
		s := newStub(t, m.Endpoint, bedrockAnswer, func(call) error { return nil })
		b := newSandbox(t, s)
		_, errs, err := b.run(t, nil, "curl", flag, m.Endpoint)
		require.NoError(t, err, errs)
		calls, _ := s.received()
		require.Len(t, calls, 1)
		assert.Equal(t, major, calls[0].ProtoMajor)
		assert.Equal(t, http.MethodGet, calls[0].Method)
	}
}
