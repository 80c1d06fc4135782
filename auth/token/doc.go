// Package token makes [auth.Tokens] of compact JSON Web Tokens (RFC 7519).
//
// Start with [NewHS256], which needs a secret of at least 32 bytes and nothing
// else:
//
//	tokens, err := token.NewHS256(secret, nil)
//
// Where other programs verify the tokens too, use a key pair: make a [Key] with
// [EdDSA], [ES256] or [RS256], give it to [New], and publish [Tokens.JWKS].
//
// What is accepted is what this package itself mints. Each key mints exactly
// one header, and a token whose first segment is not, byte for byte, the header
// of a key in use is refused before anything is decoded: that is the whole
// policy on alg, kid, typ, crit and the rest. An Ed25519 key has a second
// header, which differs in the name of the algorithm alone and is accepted but
// not minted. Segments must be canonical base64url. All six claims must be
// there, once, of the right type, and no other claim may be.
//
// Keys are changed under load with [Tokens.Accept], [Tokens.Rotate] and
// [Tokens.Revoke].
package token
