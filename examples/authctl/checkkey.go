package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/examples/internal/setting"
)

const keyRemedy = "make one with authctl key new"

// checkKey looks at the signing key where servers read it.
func checkKey(_ context.Context, p *patient) []finding {
	key, set, err := setting.Env("SALLYPORT_JWT_SECRET")
	if err != nil {
		return wrong("give it by one of the two, readable to this user", "%v", err)
	}
	if set {
		return p.judge("SALLYPORT_JWT_SECRET", key)
	}
	if p.Memory {
		return nil
	}
	if p.KeyFile == "" {
		return wrong(keyRemedy, "SALLYPORT_JWT_SECRET is not set: all processes of this database need the same one")
	}
	return p.judgeFile(p.KeyFile)
}

// judgeFile looks at the key beside an SQLite file. None is no fault: the first
// server makes it.
func (p *patient) judgeFile(path string) []finding {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	key, err2 := os.ReadFile(path)
	if err := errors.Join(err, err2); err != nil {
		return wrong("let this user read it", "%v", err)
	}
	found := p.judge(path, strings.TrimSuffix(string(key), "\n"))
	if info.Mode().Perm()&0o077 != 0 {
		found = append(found, wrong("chmod 600 "+path, "others than its owner can open %s", path)...)
	}
	return found
}

// judge says what is wrong with a key, and does not repeat it.
func (p *patient) judge(name, key string) (found []finding) {
	if len(key) < 32 {
		return wrong(keyRemedy, "%s has %d bytes, needs 32", name, len(key))
	}
	if why := weakness(key); why != "" {
		found = append(found, wrong(keyRemedy, "%s is %s, which can be guessed", name, why)...)
	}
	for _, what := range []string{"database", "Redis"} {
		if p.secrets[what] == key {
			found = append(found, wrong("make another with authctl key new", "%s is the password of the %s too", name, what)...)
		}
	}
	return found
}

// weakness says what a key is that nobody drew at random, or "". It knows what
// people do, and measures nothing.
func weakness(key string) string {
	var text []rune
	distinct := make(map[rune]bool)
	for i := range min(len(key), 4096) {
		r := rune(key[i]) // a byte is a character: a key may be any bytes
		if r == 0 {
			r = 256
		}
		text = append(text, r)
		distinct[r] = true
	}
	policy := &password.Policy{MinLength: 32, MaxLength: 4096, Blocklist: keyWords}
	switch {
	case len(distinct) < 8:
		return "of very few different bytes"
	case policy.Check(string(text[:min(len(text), 2048)])) != nil:
		return "a repetition, a sequence or a common word"
	case sentence(key) || covered(strings.ToLower(key))*2 > len(key):
		return "made of words"
	}
	return ""
}

// fewWords is how many words are too few to make a key. Ten drawn at random from
// a list of some thousand are as good as 128 bits.
const fewWords = 10

// sentence reports whether all of a key is a few words with something between.
func sentence(key string) bool {
	words := strings.FieldsFunc(key, func(r rune) bool { return strings.ContainsRune(" -_.,:;!?'", r) })
	if len(words) < 3 || len(words) >= fewWords {
		return false
	}
	letters := 0
	for i, w := range words {
		number := strings.Trim(w, "0123456789") == ""
		if number && i > 0 {
			continue // as in year or version
		}
		if strings.ContainsFunc(w, func(r rune) bool { return !unicode.IsLetter(r) }) || !strings.ContainsAny(strings.ToLower(w), "aeiouyäöüéèáíóú") {
			return false
		}
		if _, first := utf8.DecodeRuneInString(w); w[first:] != strings.ToLower(w[first:]) && w != strings.ToUpper(w) {
			return false // neither Word nor WORD
		}
		letters++
	}
	return letters >= 3
}

// covered is how many bytes of a text are words that keys are made of.
func covered(text string) (n int) {
	words := slices.Clone(keyWords)
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	for len(text) > 0 {
		length := 1
		if i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(text, w) }); i >= 0 {
			length = len(words[i])
			n += length
		}
		text = text[length:]
	}
	return n
}

// keyWords are what stands in samples and in haste for a key.
var keyWords = []string{
	"secret", "key", "jwt", "token", "sign", "signing", "signature", "hmac", "hs256", "sha256", "256", "bit", "byte", "bytes", "auth",
	"sallyport", "password", "passphrase", "change", "changeme", "replace", "please", "this", "that", "your", "our", "my", "the", "not", "for",
	"production", "prod", "development", "dev", "staging", "test", "testing", "example", "sample", "default", "local", "demo", "dummy",
	"insecure", "unsafe", "secure", "super", "very", "really", "long", "strong", "random", "string", "text", "value", "here", "must",
	"should", "with", "least", "characters", "chars", "length", "enough", "use", "used", "only", "never", "server", "service", "app",
	"application", "admin", "user", "session", "cookie", "private", "shared", "some", "put", "set", "todo", "fixme", "correct", "horse", "battery", "staple",
}
