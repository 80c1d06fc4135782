// Package migrate has three small servers as they are before sallyport, and as
// they are with it. The guides in docs that begin with "from-" are about them.
package migrate

import (
	"context"
	"errors"

	"golang.org/x/crypto/bcrypt"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/auth/token"
	"github.com/sallyport-go/sallyport/store/memory"
)

// Person is a row of the users table that all three have.
type Person struct {
	ID, Email, Hash string // the hash is bcrypt's
	Admin           bool
}

// People are by e-mail, in lower case.
type People map[string]Person

// check is what the servers did before.
func (p People) check(email, typed string) (Person, bool) {
	person, ok := p[email]
	if !ok || bcrypt.CompareHashAndPassword([]byte(person.Hash), []byte(typed)) != nil {
		return Person{}, false
	}
	return person, true
}

// AccountByLogin is one of the two reads that put a table behind sallyport.
func (p People) AccountByLogin(_ context.Context, login string) (*auth.Account, error) {
	person, ok := p[login]
	if !ok {
		return nil, auth.ErrUserNotFound
	}
	return &auth.Account{User: person.user(), PasswordHash: auth.NewSecret(person.Hash)}, nil
}

// UserByID is the other.
func (p People) UserByID(_ context.Context, id string) (*auth.User, error) {
	for _, person := range p {
		if person.ID == id {
			user := person.user()
			return &user, nil
		}
	}
	return nil, auth.ErrUserNotFound
}

func (p Person) user() auth.User {
	role := auth.RoleUser
	if p.Admin {
		role = auth.RoleAdmin
	}
	return auth.User{ID: p.ID, Username: p.Email, Email: p.Email, Role: role, Active: true, Stamp: auth.StampOf(p.Hash)}
}

// Service is the same for all three: people log in with the passwords they
// have. The key is a new one, which the former code does not know.
func Service(people People, key []byte) (*auth.Service, error) {
	tokens, err1 := token.NewHS256(key, nil)
	hasher, err2 := password.New(&password.Options{Legacy: []password.Format{password.Bcrypt(12)}})
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return auth.New(memory.SingleProcess(people), tokens, &auth.Options{Hasher: hasher})
}
