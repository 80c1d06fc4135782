package credentials_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// awsKey is what a caller signs with.
type awsKey struct{ id, secret, token string }

var sigV4Header = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([a-z0-9;:-]+), ?Signature=([0-9a-f]{64})$`)

// verifySigV4 checks a request's signature as AWS does, from AWS's description
// of Signature Version 4 and from nothing of the code under test. It returns
// what is wrong, or nil.
func verifySigV4(r *http.Request, body []byte, key awsKey, region string) error {
	parts := sigV4Header.FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return fmt.Errorf("Authorization is no Signature Version 4: %q", r.Header.Get("Authorization"))
	}
	id, day, scopeRegion, service, signed, signature := parts[1], parts[2], parts[3], parts[4], parts[5], parts[6]
	stamp := r.Header.Get("X-Amz-Date")
	at, err := time.Parse("20060102T150405Z", stamp)
	switch {
	case err != nil || !strings.HasPrefix(stamp, day) || time.Since(at).Abs() > 5*time.Minute:
		return fmt.Errorf("X-Amz-Date %q is not now, or not the day of the scope", stamp)
	case id != key.id || scopeRegion != region || service != "bedrock":
		return fmt.Errorf("signed by %s for %s in %s", id, service, scopeRegion)
	}
	if err := checkToken(r, key.token, signed); err != nil {
		return err
	}
	bodySum := hexSum(body)
	if stated := r.Header.Get("X-Amz-Content-Sha256"); stated != "" && stated != bodySum {
		return fmt.Errorf("X-Amz-Content-Sha256 is not that of the body")
	}
	path, query, _ := strings.Cut(r.RequestURI, "?")
	canonical := strings.Join([]string{r.Method, escapeAgain(path), query, canonicalHeaders(r, signed), signed, bodySum}, "\n")
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, day + "/" + region + "/bedrock/aws4_request", hexSum([]byte(canonical))}, "\n")

	mac := []byte("AWS4" + key.secret)
	for _, part := range []string{day, region, "bedrock", "aws4_request", toSign} {
		h := hmac.New(sha256.New, mac)
		h.Write([]byte(part))
		mac = h.Sum(nil)
	}
	if hex.EncodeToString(mac) != signature {
		return fmt.Errorf("the signature does not match the canonical request\n%s", canonical)
	}
	return nil
}

// checkToken wants the session token signed where there is one and no header,
// not even an empty one, where there is none.
func checkToken(r *http.Request, token, signed string) error {
	got := r.Header.Values("X-Amz-Security-Token")
	switch {
	case token == "" && len(got) > 0:
		return fmt.Errorf("there is a session token header for a key that has none")
	case token != "" && (len(got) != 1 || got[0] != token || !strings.Contains(signed, "x-amz-security-token")):
		return fmt.Errorf("the session token is missing or not signed")
	case !strings.Contains(signed, "host") && !strings.Contains(signed, ":authority"), !strings.Contains(signed, "x-amz-date"):
		return fmt.Errorf("the host and x-amz-date must be signed, only %s are", signed)
	}
	return nil
}

func canonicalHeaders(r *http.Request, signed string) string {
	var b strings.Builder
	for name := range strings.SplitSeq(signed, ";") {
		value := strings.Join(r.Header.Values(name), ",")
		switch name {
		case "host", ":authority": // HTTP/2 has the latter
			value = r.Host
		case "content-length":
			value = fmt.Sprint(r.ContentLength)
		}
		fmt.Fprintf(&b, "%s:%s\n", name, strings.Join(strings.Fields(value), " "))
	}
	return b.String()
}

// escapeAgain is the canonical form of a path for every service but S3: what
// is on the wire, escaped once more.
func escapeAgain(path string) string {
	return regexp.MustCompile(`[^A-Za-z0-9._~/-]`).ReplaceAllStringFunc(path, func(s string) string {
		return fmt.Sprintf("%%%02X", s[0])
	})
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
