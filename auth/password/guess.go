package password

import (
	"sort"
	"strings"
	"unicode"
)

// enoughParts is how many different parts a password has at least, where a
// part is a known word, a year, or a character that does not follow from the
// one before it; separators are none. Four unrelated words are enough: this says
// what is guessed first and is no measure of strength.
const enoughParts = 4

// farEnough is how many characters are looked at for parts. What has too few in
// so many is made of few, and whoever is signed in may ask with the longest
// password and the longest names.
const farEnough = 256

// guessable reports whether a password is a short piece over and over, or has
// too few parts, given these words besides the built-in ones. It takes time in
// proportion to the length of its arguments: to the sum of them, not to their
// product.
func guessable(password string, minLength int, words []string) bool {
	text := []rune(strings.ToLower(password))
	s := search{words: vocabulary(words)}
	return period(text) < min(minLength, len(text)) || s.fewParts(text)
}

// search looks for parts.
type search struct {
	words [][]rune
	looks int // characters compared, which is the cost
}

// period is the length of the shortest piece that gives text when repeated at
// least twice, the last time perhaps in part, else the length of text. It is
// the failure function of Knuth, Morris and Pratt.
func period(text []rune) int {
	border := make([]int, len(text)+1)
	k := 0
	for i := 1; i < len(text); i++ {
		for k > 0 && text[i] != text[k] {
			k = border[k]
		}
		if text[i] == text[k] {
			k++
		}
		border[i+1] = k
	}
	if piece := len(text) - k; 2*piece <= len(text) {
		return piece
	}
	return len(text)
}

// vocabulary is the built-in words, these ones and their parts, the longest
// first.
func vocabulary(words []string) [][]rune {
	var all [][]rune
	add := func(w string) {
		if w != "" {
			all = append(all, []rune(strings.ToLower(w)))
		}
	}
	for _, w := range commonWords {
		add(w)
	}
	for _, w := range words {
		add(w)
		for _, part := range strings.FieldsFunc(w, notWord) {
			add(part)
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return len(all[i]) > len(all[j]) })
	return all
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// fewParts reports whether text begins with fewer different parts than
// enoughParts.
func (s *search) fewParts(text []rune) bool {
	parts := make(map[string]bool)
	for i := 0; i < min(len(text), farEnough); {
		n := s.partLength(text[i:])
		if n == 1 && (isSeparator(text[i]) || i > 0 && follows(text[i-1], text[i])) {
			i++
			continue
		}
		parts[plainLetters(text[i:i+n])] = true
		if len(parts) >= enoughParts {
			return false
		}
		i += n
	}
	return true
}

// partLength is how long the word or year at the start of text is, else 1.
func (s *search) partLength(text []rune) int {
	for _, w := range s.words {
		if s.startsWith(text, w) {
			return len(w)
		}
	}
	if isYear(text) {
		return 4
	}
	return 1
}

// startsWith reports whether text begins with word, as it is or spelled with
// look-alikes.
func (s *search) startsWith(text, word []rune) bool {
	if len(text) < len(word) {
		return false
	}
	for i, r := range word {
		s.looks++
		if text[i] != r && lookAlike(text[i]) != r {
			return false
		}
	}
	return true
}

func isYear(text []rune) bool {
	if len(text) < 4 {
		return false
	}
	century := string(text[:2])
	return (century == "19" || century == "20") && isDigit(text[2]) && isDigit(text[3])
}

func isSeparator(r rune) bool { return strings.ContainsRune(" -_.", r) }

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// plainLetters undoes look-alikes in a word; a single character stays itself.
func plainLetters(part []rune) string {
	if len(part) == 1 {
		return string(part)
	}
	plain := make([]rune, len(part))
	for i, r := range part {
		plain[i] = lookAlike(r)
	}
	return string(plain)
}

// lookAlike is the letter that a digit or sign is commonly typed for.
func lookAlike(r rune) rune {
	switch r {
	case '@', '4':
		return 'a'
	case '3':
		return 'e'
	case '1', '!':
		return 'i'
	case '0':
		return 'o'
	case '$', '5':
		return 's'
	case '7':
		return 't'
	}
	return r
}

// follows reports whether b is a, or its neighbour in one of the sequences.
func follows(a, b rune) bool {
	if a == b {
		return true
	}
	for _, s := range sequences {
		if strings.Contains(s, string([]rune{a, b})) || strings.Contains(s, string([]rune{b, a})) {
			return true
		}
	}
	return false
}

// sequences are the orders in which people type without thinking.
var sequences = [...]string{
	"01234567890",
	"abcdefghijklmnopqrstuvwxyza",
	"qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./",
	"qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1qay2wsx3edc4rfv5tgb6zhn7ujm",
	"!@#$%^&*()_+",
}

// commonWords are those that long passwords are padded with. A list of leaked
// passwords belongs in Policy.Blocked.
var commonWords = [...]string{
	"password", "passwort", "passphrase", "passcode", "motdepasse", "contraseña", "contrasena", "wachtwoord", "senha", "пароль",
	"secret", "login", "admin", "administrator", "superuser", "root", "user", "guest", "test", "testing", "demo", "default", "example", "sample", "temp", "temporary",
	"changeme", "change", "letmein", "welcome", "hello", "iloveyou", "love", "forever", "princess", "sunshine", "dragon", "monkey", "football", "baseball", "superman", "batman",
	"computer", "internet", "server", "master", "qwerty", "qwertz", "azerty", "access", "trustno1", "whatever", "nothing", "abc", "god", "jesus",
	"spring", "summer", "autumn", "winter", "monday", "friday", "january", "december",
	"my", "is", "to", "the", "this", "your", "for", "new", "with", "please", "and", "not", "you", "me",
	"correcthorsebatterystaple", "correct", "horse", "battery", "staple",
	"thequickbrownfox", "jumpsover", "thelazydog", "loremipsum", "dolorsitamet", "tobeornottobe",
}
