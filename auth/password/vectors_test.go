package password_test

import (
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/auth/password"
)

// vector is a stored hash made by another program.
type vector struct {
	source, stored, password string
}

// From src/test.c of the argon2 reference implementation
// (github.com/P-H-C/phc-winner-argon2), version 0x13.
var argon2Vectors = []vector{
	{"phc-winner-argon2", "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"},
	{"phc-winner-argon2", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"},
	{"phc-winner-argon2", "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"},
	{"phc-winner-argon2", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA", "password"},
	{"phc-winner-argon2", "$argon2i$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$qqlT1YrzcGzj3xrv1KZKhOMdf1QXUjHxKFJZ+IF0zls", "password"},
	{"phc-winner-argon2", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8", "password"},
	{"phc-winner-argon2", "$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E", "password"},
	{"phc-winner-argon2", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$FK6NoBr+qHAMI1jc73xTWNkCEoK9iGY6RWL1n7dNIu4", "differentpassword"},
	{"phc-winner-argon2", "$argon2i$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$sDV8zPvvkfOGCw26RHsjSMvv7K2vmQq/6cxAcmxSEnE", "password"},
}

// From wrapper.c of Openwall's crypt_blowfish.
var bcryptVectors = []vector{
	{"crypt_blowfish", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
	{"crypt_blowfish", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*"},
	{"crypt_blowfish", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U"},
	{"crypt_blowfish", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", ""},
	{"crypt_blowfish", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", seventyTwo},
	{"crypt_blowfish", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", "\xff\xff\xa3"},
}

// seventyTwo is as much as bcrypt reads.
const seventyTwo = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

var scryptVectors = []vector{
	// passlib.readthedocs.io/en/stable/lib/passlib.hash.scrypt.html
	{"passlib", "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E", "password"},
	// RFC 7914, section 12, the third one, written as a PHC string.
	{"RFC 7914", "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw", "pleaseletmein"},
}

// From django/tests/auth_tests/test_hashers.py of several versions of Django.
var djangoVectors = []vector{
	{"Django 1.4", "pbkdf2_sha256$10000$seasalt$FQCNpiZpTb0zub+HBsH6TOwyRxJ19FwvjbweatNmK/Y=", "letmein"},
	{"Django 1.6", "pbkdf2_sha256$12000$seasalt$Ybw8zsFxqja97tY/o6G+Fy1ksY4U/Hw3DRrGED6Up4s=", "lètmein"},
	{"Django 5.1", "pbkdf2_sha256$870000$seasalt$wJSpLMQRQz0Dhj/pFpbyjMj71B2gUYp6HJS5AU+32Ac=", "lètmein"},
}

// everyFormat accepts all the vectors above.
func everyFormat() *password.Options {
	return &password.Options{Legacy: []password.Format{
		password.Bcrypt(5), password.Argon2i(65536, 4, 2), password.Scrypt(16, 8, 1), password.DjangoPBKDF2(870_000),
	}}
}

// quickVectors has one that is computed quickly for each format, argon2id
// first, and quickFormats accepts those.
var quickVectors = []vector{argon2Vectors[1], argon2Vectors[6], bcryptVectors[0], scryptVectors[1], djangoVectors[0]}

func quickFormats() *password.Options {
	return &password.Options{Legacy: []password.Format{
		password.Bcrypt(5), password.Argon2i(256, 2, 2), password.Scrypt(14, 8, 1), password.DjangoPBKDF2(12_000),
	}}
}

func allVectors() []vector {
	var all []vector
	for _, vs := range [][]vector{argon2Vectors, bcryptVectors, scryptVectors, djangoVectors} {
		all = append(all, vs...)
	}
	return all
}

func TestHashesOfOtherProgramsAreRead(t *testing.T) {
	h := cheap(t, everyFormat())
	for _, v := range allVectors() {
		res := verify(t, h, v.stored, v.password)
		if !res.OK || !res.Stale || res.Unusable {
			t.Errorf("%s: %s: got %+v, promised OK and Stale", v.source, v.stored, res)
		}
		if res := verify(t, h, v.stored, v.password+"x"); res.OK || res.Stale || res.Unusable {
			// At 72 bytes this is the password that bcrypt would cut.
			t.Errorf("%s: %s and a longer password: got %+v, promised a plain refusal", v.source, v.stored, res)
		}
	}
}

func TestFormatsThatAreNotEnabledAreUnusable(t *testing.T) {
	h := cheap(t, nil)
	for _, v := range allVectors() {
		if strings.HasPrefix(v.stored, "$argon2id$") {
			continue
		}
		if res := verify(t, h, v.stored, v.password); res.OK || !res.Unusable {
			t.Errorf("%s: %s: got %+v, promised Unusable without Options.Legacy", v.source, v.stored, res)
		}
	}
}

func TestFormatsOverTheDeclaredCostAreUnusable(t *testing.T) {
	h := cheap(t, &password.Options{Legacy: []password.Format{
		password.Bcrypt(4), password.Argon2i(255, 4, 2), password.Scrypt(13, 8, 1), password.DjangoPBKDF2(9_999),
	}})
	for _, v := range allVectors() {
		if strings.HasPrefix(v.stored, "$argon2id$") {
			continue
		}
		if res := verify(t, h, v.stored, v.password); res.OK || !res.Unusable {
			t.Errorf("%s: %s: got %+v, promised Unusable over the declared cost", v.source, v.stored, res)
		}
	}
}

func TestNulBytesDoNotMakeTwoPasswordsOne(t *testing.T) {
	// bcrypt repeats "password\x00", and HMAC pads its key with NUL.
	h := cheap(t, quickFormats())
	for _, v := range quickVectors {
		for _, alias := range []string{v.password + "\x00", v.password + "\x00" + v.password} {
			if res := verify(t, h, v.stored, alias); res.OK {
				t.Errorf("%s: %s: %q was accepted for %q", v.source, v.stored, alias, v.password)
			}
		}
	}
}
