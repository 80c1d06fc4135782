package credentials

import (
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	shownEnd = 4  // characters shown at each end of a secret
	minShown = 24 // below this length even the ends would give too much away

	awsStars = 28 // the document's wJal****************************KEYX
	keyStars = 36 // the document's nvap************************************xxxx
)

// mask shows the ends of a secret around so many stars, or nothing but stars
// where the ends would tell too much. The answer has one length, stars plus
// eight, whatever the secret's.
func mask(secret auth.Secret, stars int) string {
	s := secret.Reveal()
	if len(s) < minShown || !printable(s) {
		return strings.Repeat("*", stars+2*shownEnd)
	}
	return s[:shownEnd] + strings.Repeat("*", stars) + s[len(s)-shownEnd:]
}

// printable reports whether s is printable ASCII.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
