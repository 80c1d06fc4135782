package josetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// refusal is a reason to refuse what another implementation may accept; each is
// a line of docs/tokens.md. It judges a token by means of its own: the standard
// library's decoders, and none of the library's code.
type refusal struct {
	name    string
	applies func(s *signer, p parsed) bool
}

// parsed is a token as the most lenient reader takes it.
type parsed struct {
	tok     string
	part    []string
	payload []byte
	names   []string // of the claims, in order, as JSON means them
	claims  map[string]any
}

// parse reads what it can.
func parse(tok string) (p parsed) {
	p = parsed{tok: tok, part: strings.Split(tok, ".")}
	if len(p.part) < 2 {
		return p
	}
	lenient := strings.NewReplacer("+", "-", "/", "_", "=", "")
	p.payload, _ = base64url.DecodeString(lenient.Replace(p.part[1]))
	dec := json.NewDecoder(bytes.NewReader(p.payload))
	if t, err := dec.Token(); err == nil && t == json.Delim('{') {
		for dec.More() {
			name, err := dec.Token()
			var value json.RawMessage
			if err != nil || dec.Decode(&value) != nil {
				break
			}
			p.names = append(p.names, name.(string))
		}
	}
	values := json.NewDecoder(bytes.NewReader(p.payload))
	values.UseNumber()
	if values.Decode(&p.claims) != nil {
		p.claims = nil
	}
	return p
}

var (
	claimNames = []string{"aud", "exp", "iat", "iss", "jti", "sub"}
	digits     = regexp.MustCompile(`^(0|[1-9][0-9]*)$`)
	halfPair   = regexp.MustCompile(`(?i)\\ud[89a-f]`)
)

var refusals = []refusal{
	{"longer than 4096 bytes", func(_ *signer, p parsed) bool { return len(p.tok) > 4096 }},
	{"a header that is not the key's own, byte for byte", func(s *signer, p parsed) bool { return !slices.Contains(s.headers, p.part[0]) }},
	{"base64url that is not canonical", func(_ *signer, p parsed) bool {
		return slices.ContainsFunc(p.part, func(s string) bool {
			b, err := base64url.DecodeString(s)
			return err != nil || base64url.EncodeToString(b) != s
		})
	}},
	{"a claim that is missing or null", func(_ *signer, p parsed) bool {
		return p.claims != nil && slices.ContainsFunc(claimNames, func(n string) bool { return p.claims[n] == nil })
	}},
	{"a claim that stands twice", func(_ *signer, p parsed) bool {
		sorted := slices.Sorted(slices.Values(p.names))
		return len(slices.Compact(sorted)) < len(p.names)
	}},
	{"a claim beside the six", func(_ *signer, p parsed) bool {
		return slices.ContainsFunc(p.names, func(n string) bool { return !slices.Contains(claimNames, n) })
	}},
	{"a claim's name spelled with escapes", func(_ *signer, p parsed) bool {
		return slices.ContainsFunc(p.names, func(n string) bool { return !bytes.Contains(p.payload, []byte(`"`+n+`"`)) })
	}},
	{"iat or exp not in digits, or after the year 9999", func(_ *signer, p parsed) bool {
		return p.times(func(iat, exp int64, ok bool) bool { return !ok })
	}},
	{"iat before 1970 or more than a minute from now", func(_ *signer, p parsed) bool {
		return p.times(func(iat, exp int64, ok bool) bool { return ok && (iat < 1 || iat > time.Now().Unix()+60) })
	}},
	{"exp not after iat, or further from it than Lifetime", func(_ *signer, p parsed) bool {
		return p.times(func(iat, exp int64, ok bool) bool { return ok && (exp <= iat || exp-iat > 86400) })
	}},
	{"sub or jti empty or no string", func(_ *signer, p parsed) bool {
		return p.claims != nil && (!filled(p.claims["sub"]) || !filled(p.claims["jti"]))
	}},
	{"text that is not UTF-8, or half a surrogate pair", func(_ *signer, p parsed) bool {
		return !utf8.Valid(p.payload) || halfPair.Match(p.payload) && bytes.Contains(remarshal(p.claims), []byte("\ufffd"))
	}},
	{"anything behind the claims", func(_ *signer, p parsed) bool {
		dec := json.NewDecoder(bytes.NewReader(p.payload))
		var v json.RawMessage
		return dec.Decode(&v) == nil && !errors.Is(dec.Decode(&v), io.EOF)
	}},
}

func filled(v any) bool { s, ok := v.(string); return ok && s != "" }

func remarshal(v any) []byte {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return nil
	}
	return out.Bytes()
}

// times judges iat and exp, where there are both; ok is false if either is not
// spelled as a whole number of seconds of our time.
func (p parsed) times(judge func(iat, exp int64, ok bool) bool) bool {
	iat, exp := p.claims["iat"], p.claims["exp"]
	if iat == nil || exp == nil {
		return false
	}
	a, aok := seconds(iat)
	b, bok := seconds(exp)
	return judge(a, b, aok && bok)
}

func seconds(v any) (int64, bool) {
	n, ok := v.(json.Number)
	if !ok || !digits.MatchString(n.String()) {
		return 0, false
	}
	s, err := n.Int64()
	return s, err == nil && s <= 253402300799
}
