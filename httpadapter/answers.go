package httpadapter

import (
	"sync/atomic"

	"github.com/sallyport-go/sallyport/auth"
)

// maxAnswer is the longest body that is kept, in bytes.
const maxAnswer = 2048

// answers keeps what validate says of the users it was lately asked about, as
// JSON. Which user has a place is a matter of the ID alone, so it never grows;
// two who share one take turns. The zero value is ready.
type answers [4096]atomic.Pointer[answer]

type answer struct {
	user auth.User // as it was read when this was encoded
	body any       // encoded, in the form that an endpoint returns
}

// of returns the answer for a user who was just read. What is kept is for that
// very user, down to each field: a change of any of them encodes anew.
func (a *answers) of(u *auth.User) (any, error) {
	place := &a[spread(u.ID)%uint32(len(a))]
	if kept := place.Load(); kept != nil && kept.user == *u {
		return kept.body, nil
	}
	body, err := encode(envelope{Success: true, Message: "Token is valid", User: userOf(u)})
	if err != nil {
		return nil, err
	}
	fresh := &answer{*u, encoded(body)}
	if len(body) <= maxAnswer {
		place.Store(fresh)
	}
	return fresh.body, nil
}

// spread is FNV-1a.
func spread(s string) uint32 {
	h := uint32(2166136261)
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 16777619
	}
	return h
}
