package credentials_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// refusal is what a stub says where AWS and OpenAI say why.
const refusal = "The signature or key does not match."

// call is a request that reached a stub.
type call struct {
	*http.Request
	body []byte
	argv []string // of every process of this machine while the call was made
}

// stub is a provider on loopback: it has a certificate for the host that an
// example calls, speaks HTTP/2 and keeps what it was sent. It answers the first
// call that check has nothing against, and 403 to any other.
type stub struct {
	port, ca string // ca is a file
	answer   string
	check    func(call) error
	close    func()

	mu      sync.Mutex
	calls   []call
	refused []error
}

func newStub(t *testing.T, endpoint, answer string, check func(call) error) *stub {
	t.Helper()
	u, err := url.Parse(endpoint)
	require.NoError(t, err)
	cert := certificate(t, u.Hostname())
	s := &stub{ca: filepath.Join(t.TempDir(), "ca.pem"), answer: answer, check: check}
	require.NoError(t, os.WriteFile(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}), 0o600))

	server := httptest.NewUnstartedServer(s)
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	server.StartTLS()
	s.close = server.Close
	t.Cleanup(server.Close)
	s.port = server.URL[strings.LastIndexByte(server.URL, ':')+1:]
	return s
}

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	err := s.keep(call{r, body, allArguments()})
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		io.WriteString(w, `{"message":"`+refusal+`","error":{"message":"`+refusal+`"}}`)
		return
	}
	io.WriteString(w, s.answer)
}

// keep records a call and returns what is wrong with it.
func (s *stub) keep(c call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	err := s.check(c)
	if err == nil && len(s.calls) > 1 {
		err = errors.New("this is call number " + strconv.Itoa(len(s.calls)))
	}
	if err != nil {
		s.refused = append(s.refused, err)
	}
	return err
}

// allArguments returns the argument list of every process, as ps shows it to
// anybody, or nothing where there is no /proc.
func allArguments() (all []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			all = append(all, string(text))
		}
	}
	return all
}

// certificate signs itself for one host.
func certificate(t *testing.T, host string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "sallyport test"},
		DNSNames:              []string{host},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// received returns what came so far, and what was wrong with it.
func (s *stub) received() ([]call, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls, errors.Join(s.refused...)
}
