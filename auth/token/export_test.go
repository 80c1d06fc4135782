package token

// MaxToken is the size cap, for the test at its edge.
const MaxToken = maxToken

// Frame is the framing alone: the first segment as it stands, and the other two
// decoded.
func Frame(token string) (header string, payload, signature []byte, ok bool) {
	s, ok := split(token)
	if !ok {
		return "", nil, nil, false
	}
	_, payload, signature, ok = s.decode(new(scratch))
	return s.header, payload, signature, ok
}

// VerifySignature is the framing and the signature, whatever the header.
func VerifySignature(alg string, key any, token string) bool {
	s, ok := split(token)
	if !ok {
		return false
	}
	input, _, signature, ok := s.decode(new(scratch))
	if !ok {
		return false
	}
	verify, err := verifier(alg, key)
	return err == nil && verify(input, signature) == nil
}

// Fits is the framing of a token and its signature under a key, whatever the
// header.
func Fits(key *Key, token string) bool {
	s, ok := split(token)
	if !ok {
		return false
	}
	input, _, signature, ok := s.decode(new(scratch))
	return ok && Checks(key, input, signature)
}

// Checks is the signature alone.
func Checks(key *Key, input, signature []byte) bool { return key.verify(input, signature) == nil }

// Bind makes nothing of an algorithm that the JOSE library does not have.
func Bind(alg string, private, public any) (*Key, error) {
	k := &Key{alg: alg, header: unnamed}
	verify, err := verifier(k.jose(), public)
	if err != nil {
		return nil, k.unfit(err)
	}
	return k.bind(private, verify)
}

// KeysHeld is how many headers a set has, live or not.
func KeysHeld(t *Tokens) int { return len(t.keys.Load().members) }

// Claims is a payload as the scanner reads it.
type Claims struct {
	Issuer, Subject, ID string
	Audience            bool
	IssuedAt, ExpiresAt int64
}

// ParseClaims is the scanner alone.
func ParseClaims(payload, audience string) (Claims, bool) {
	c, ok := parseClaims([]byte(payload), audience)
	return Claims{string(c.iss), string(c.sub), string(c.jti), c.aud, c.iat, c.exp}, ok
}

// Scratch reports whether the buffer that the next verification would get has
// anything in it.
func Scratch(t *Tokens) (dirty bool) {
	buf := t.scratch.Get().(*scratch)
	defer t.scratch.Put(buf)
	return *buf != scratch{}
}
