package password

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrPolicy is every refusal of a new password; the text goes on with a
// sentence for the person who chose it, and never holds the password.
var ErrPolicy = errors.New("password")

// defaultMinLength is what NIST SP 800-63B-4, section 3.1.1.2, asks of a
// password that is the only factor.
const defaultMinLength = 15

// Policy says which new passwords are refused. It is for passwords being
// chosen: one that is being checked is never refused by it. A nil *Policy is
// the default one.
//
// It asks for length and for something not guessed first, as NIST SP 800-63B-4
// does, and neither for kinds of characters nor for a score.
type Policy struct {
	// MinLength is in characters, which are Unicode code points. Zero: 15.
	// NIST allows 8 where a second factor is asked for as well.
	MinLength int

	// MaxLength is in bytes, and never more than the 4096 that a Hasher takes.
	// Zero: 4096. NIST asks to allow 64 characters at least.
	MaxLength int

	// Blocklist are more words that are guessed first, such as the name of the
	// service. A password of little but these is refused, in any case of letters.
	Blocklist []string

	// Blocked reports whether a password is known to others, for instance from
	// a list of leaked ones. Nil: not asked.
	Blocked func(password string) bool
}

// Check returns nil for a password that may be used, else an error that wraps
// ErrPolicy and says what to change. What is about the person - username,
// e-mail, name, organization - is not enough for a password, nor are its parts.
//
// Invalid UTF-8 and the NUL character are refused, since other programs would
// read such a password differently. It is not normalised: what is hashed is
// what was typed.
func (p *Policy) Check(password string, about ...string) error {
	if p == nil {
		p = &Policy{}
	}
	if err := p.checkLength(password); err != nil {
		return err
	}
	switch {
	case !utf8.ValidString(password):
		return refuse("is not valid UTF-8: type it again")
	case strings.IndexByte(password, 0) >= 0:
		return refuse("has a NUL character: leave it out")
	case guessable(password, p.minLength(), nil):
		return refuse("is a common word, a repetition or a sequence that is guessed first: choose several unrelated words")
	case guessable(password, p.minLength(), append(p.Blocklist[:len(p.Blocklist):len(p.Blocklist)], about...)):
		return refuse("is made of a name that others know: choose several unrelated words")
	case p.Blocked != nil && p.Blocked(password):
		return refuse("is known to others: choose another")
	}
	return nil
}

func (p *Policy) checkLength(password string) error {
	most := limit
	if p.MaxLength > 0 {
		most = min(p.MaxLength, limit)
	}
	if len(password) > most {
		return refuse("needs at most %d bytes, has %d", most, len(password))
	}
	if n := utf8.RuneCountInString(password); n < p.minLength() {
		return refuse("needs at least %d characters, has %d", p.minLength(), n)
	}
	return nil
}

func (p *Policy) minLength() int {
	if p.MinLength > 0 {
		return p.MinLength
	}
	return defaultMinLength
}

func refuse(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrPolicy}, args...)...)
}
