package auth

import (
	"context"
	"errors"
	"strings"
)

// window is how many bytes of a secret in a row are too many to print.
const window = 8

// maxCause bounds in bytes how much of an error is looked through, and kept.
const maxCause = 2048

type hiddenKey struct{}

// hidden is what a request must not have printed, the latest first.
type hidden struct {
	secret Secret
	more   *hidden
}

// hide returns ctx for calls that are given these texts. Drivers like to quote
// in an error what they were given; fault has it taken out.
func hide(ctx context.Context, texts ...string) context.Context {
	h, _ := ctx.Value(hiddenKey{}).(*hidden)
	for _, text := range texts {
		if len(text) >= window/2 { // less is in any text
			h = &hidden{NewSecret(text), h}
		}
	}
	return context.WithValue(ctx, hiddenKey{}, h)
}

// hush returns err, or where its text repeats what ctx hides or is too long to
// be looked through, one that has neither. That one is the same to errors.Is,
// and cannot be unwrapped.
func hush(ctx context.Context, err error) error {
	h, _ := ctx.Value(hiddenKey{}).(*hidden)
	text := err.Error()
	kept := text[:min(len(text), maxCause)]
	mute := make([]bool, len(kept))
	for ; h != nil; h = h.more {
		overlap(mute, kept, h.secret.Reveal())
	}
	if said := blank(kept, mute); said != text {
		return &hushed{said, err}
	}
	return err
}

// overlap marks what text has in common with secret, if it is long enough. Both
// are read once: a client chooses how long a secret is.
func overlap(mute []bool, text, secret string) {
	n := min(window, len(secret))
	common := make(map[string]bool) // what stands in text, and whether in secret
	for i := 0; i+n <= len(text); i++ {
		common[text[i:i+n]] = false
	}
	for i := 0; i+n <= len(secret); i++ {
		if _, there := common[secret[i:i+n]]; there {
			common[secret[i:i+n]] = true
		}
	}
	for i := 0; i+n <= len(text); i++ {
		if common[text[i:i+n]] {
			for j := i; j < i+n; j++ {
				mute[j] = true
			}
		}
	}
}

// blank puts one word in the place of each run that is marked.
func blank(text string, mute []bool) string {
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !mute[i]:
			b.WriteByte(text[i])
		case i == 0 || !mute[i-1]:
			b.WriteString(redacted)
		}
	}
	return b.String()
}

// hushed is an error without what was hidden.
type hushed struct {
	text  string
	cause error
}

func (e *hushed) Error() string { return e.text }

func (e *hushed) Is(target error) bool { return errors.Is(e.cause, target) }
