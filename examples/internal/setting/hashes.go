package setting

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sallyport-go/sallyport/auth/password"
)

// hashForm is a form of password hashes that can be enabled by name.
type hashForm struct {
	caps []int // the highest costs that are read, unless others are given
	make func(caps []int) password.Format
}

var hashForms = map[string]hashForm{
	"bcrypt": {[]int{12}, func(c []int) password.Format { return password.Bcrypt(c[0]) }},
	"scrypt": {[]int{16, 8, 1}, func(c []int) password.Format { return password.Scrypt(c[0], c[1], c[2]) }},
	"argon2i": {[]int{65536, 3, 4}, func(c []int) password.Format {
		return password.Argon2i(uint32(c[0]), uint32(c[1]), uint8(min(c[2], 255)))
	}},
	"argon2id": {[]int{131072, 6, 4}, func(c []int) password.Format {
		return password.Argon2id(uint32(c[0]), uint32(c[1]), uint8(min(c[2], 255)))
	}},
	"django": {[]int{1_000_000}, func(c []int) password.Format { return password.DjangoPBKDF2(c[0]) }},
}

// Hashes reads "bcrypt,scrypt:17/8/1": forms of password hashes, each with its
// highest cost where that is not the usual one. What is too costly is for
// password.New to refuse.
func Hashes(list string) ([]password.Format, error) {
	var formats []password.Format
	for part := range strings.SplitSeq(list, ",") {
		name, costs, given := strings.Cut(part, ":")
		form, known := hashForms[name]
		if !known {
			return nil, fmt.Errorf("%q is none of bcrypt, scrypt, argon2i, argon2id, django", name)
		}
		caps := form.caps
		if given {
			var err error
			if caps, err = numbers(costs, len(form.caps)); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		formats = append(formats, form.make(caps))
	}
	return formats, nil
}

// numbers reads "17/8/1".
func numbers(s string, want int) ([]int, error) {
	parts := strings.Split(s, "/")
	if len(parts) != want {
		return nil, fmt.Errorf("%q has %d numbers, and there are %d", s, len(parts), want)
	}
	var all []int
	for _, part := range parts {
		n, err := strconv.ParseUint(part, 10, 31)
		if err != nil {
			return nil, fmt.Errorf("%q is not a number", part)
		}
		all = append(all, int(n))
	}
	return all, nil
}
