package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxHash bounds a password hash in bytes, for a hasher that is no HashReader.
const maxHash = 512

// Import adds accounts that were kept elsewhere, with the password hashes they
// have, and answers for each of them: nil if it was added; else
// ErrInvalidAccount or ErrUserExists with the reason, which never holds the
// hash; else ErrUserPresent. With an [AccountImporter] all are added in one
// transaction, and an error means that none was; a few hundred at once is
// fast. Without one, an error may come after some were added.
//
// An account without an ID gets a new UUID, one without a Role is a RoleUser,
// and CreatedAt and UpdatedAt are now where they are zero; Stamp is ignored. A
// hash has to be one that the Service's hasher reads, where it is a
// [HashReader]. Without a hash a user cannot log in with a password.
//
// An import that was interrupted is run again from the start. ErrUserPresent
// stands for an account that is there with the same content: every field is
// equal, except that those filled in as above do not count, nor do LastLogin
// and PasswordHash once somebody has logged in, since a login may have made
// the hash anew. An account that differs is ErrUserExists and is not changed.
//
// The audit record has one event for each call, with the number of accounts
// that were added, and account.created for each that has more than RoleUser: a
// hundred thousand events would hide those. After an error it has those of whom
// it is known that they are there, in which case one may be recorded twice.
//
// A call takes no longer than other changes do, however many accounts it has: a
// third more than StoreTimeout. A program that imports large batches sets that
// to what they may take.
func (a *Accounts) Import(ctx context.Context, accounts []Account) ([]error, error) {
	ctx = a.svc.allow(ctx)
	now := moment()
	results := make([]error, len(accounts))
	var rows []Account
	var places []int // of rows in accounts
	for i, given := range accounts {
		row, err := a.admit(given, now)
		if err != nil {
			results[i] = err
			continue
		}
		rows, places = append(rows, row), append(places, i)
	}
	for i := range rows {
		ctx = hide(ctx, rows[i].PasswordHash.Reveal())
	}
	held, err := a.add(ctx, rows)
	var added []*User
	for n, holder := range held {
		if holder == nil {
			added = append(added, &rows[n].User)
			continue
		}
		results[places[n]] = taken(&accounts[places[n]], &rows[n], holder)
	}
	if err != nil {
		err = a.svc.fault(ctx, "import accounts", err)
		a.imported(ctx, append(added, a.addedAnyway(ctx, rows[len(held):])...))
		return nil, err
	}
	a.imported(ctx, added)
	return results, nil
}

// addedAnyway looks for those of the rows, all of unknown fate, that have more
// than RoleUser and are there: no administrator comes in unrecorded because an
// answer was lost.
func (a *Accounts) addedAnyway(ctx context.Context, rows []Account) (found []*User) {
	ctx = context.WithoutCancel(ctx)
	for i := range rows {
		row := &rows[i].User
		if row.Role == RoleUser {
			continue
		}
		user, err := a.byID(ctx, row.ID)
		if errors.Is(err, ErrUnavailable) {
			break
		}
		if err == nil && user.Username == row.Username && user.Role == row.Role {
			found = append(found, row)
		}
	}
	return found
}

// admit normalises, then validates, then fills in.
func (a *Accounts) admit(given Account, now time.Time) (Account, error) {
	row := given
	row.ID, row.Role = or(row.ID, newID()), or(row.Role, RoleUser)
	errs := []error{row.normalise()}
	refuse := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%w: "+format, append([]any{ErrInvalidAccount}, args...)...))
	}
	if len(row.ID) > maxText || !utf8.ValidString(row.ID) || strings.ContainsFunc(row.ID, unprintable) {
		refuse("the ID is longer than %d bytes or not printable", maxText)
	}
	if !a.reads(row.PasswordHash.Reveal()) {
		refuse("the password hash is of a form that is not enabled, or costs more than is allowed")
	}
	for _, t := range []*time.Time{&row.CreatedAt, &row.UpdatedAt, &row.LastLogin} {
		if *t = storable(*t); t.Year() < 1 || t.Year() > 9999 {
			refuse("a time is not within the years 1 to 9999")
		}
	}
	row.CreatedAt, row.UpdatedAt = or(row.CreatedAt, now), or(row.UpdatedAt, now)
	row.Stamp = StampOf(row.PasswordHash.Reveal())
	return row, errors.Join(errs...)
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// storable is what every store keeps of a time. The first second of 1970 is none
// to most databases, ours included.
func storable(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Microsecond)
	if t.UnixMicro() == 0 {
		return time.Time{}
	}
	return t
}

// reads reports whether a login could compare with the hash; none is fine.
func (a *Accounts) reads(hash string) bool {
	if hash == "" {
		return true
	}
	if len(hash) > maxHash || !utf8.ValidString(hash) || strings.ContainsFunc(hash, unprintable) {
		return false
	}
	reader, ok := a.svc.hasher.(HashReader)
	return !ok || reader.Reads(hash)
}

// add gives the rows to the store and returns who holds the names of those
// that were not added. With an error it is the rows before that one that the
// answer speaks of.
func (a *Accounts) add(ctx context.Context, rows []Account) ([]*Account, error) {
	call, done := a.svc.bounded(ctx)
	defer done()
	if importer, ok := a.store.(AccountImporter); ok && len(rows) > 0 {
		return importer.ImportAccounts(call, rows)
	}
	held := make([]*Account, len(rows))
	for i := range rows {
		err := a.store.CreateAccount(call, &rows[i])
		if errors.Is(err, ErrUserExists) {
			held[i], err = a.holder(call, &rows[i])
		}
		if err != nil {
			return held[:i], err
		}
	}
	return held, nil
}

// holder returns the account that stands in the way of row.
func (a *Accounts) holder(ctx context.Context, row *Account) (*Account, error) {
	for _, login := range []string{row.Username, row.Email} {
		held, err := a.store.AccountByLogin(ctx, login)
		if !errors.Is(err, ErrUserNotFound) {
			return held, err
		}
	}
	user, err := a.store.UserByID(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	return &Account{User: *user}, nil
}

// taken says in what way a row, as it was given and as it would be stored, is
// there already.
func taken(given, row, held *Account) error {
	field := difference(given, row, held)
	if field == "" {
		return ErrUserPresent
	}
	name := "ID"
	switch {
	case held.Username == row.Username:
		name = "username"
	case held.Email == row.Email && row.Email != "":
		name = "e-mail"
	}
	return fmt.Errorf("%w: the %s is that of an account with another %s", ErrUserExists, name, field)
}

// difference names the first field in which an account that is there is not
// what the row would have made of it, or "".
func difference(given, row, held *Account) string {
	used := held.LastLogin.After(row.LastLogin)
	for _, f := range []struct {
		name string
		same bool
	}{
		{"username", held.Username == row.Username},
		{"e-mail", held.Email == row.Email},
		{"ID", held.ID == row.ID || given.ID == ""},
		{"name", held.Name == row.Name},
		{"organization", held.Organization == row.Organization},
		{"AWS region", held.AWSRegion == row.AWSRegion},
		{"role", held.Role == row.Role},
		{"state: active or not", held.Active == row.Active},
		{"creation time", held.CreatedAt.Equal(row.CreatedAt) || storable(given.CreatedAt).IsZero()},
		{"update time", held.UpdatedAt.Equal(row.UpdatedAt) || storable(given.UpdatedAt).IsZero()},
		{"last login", held.LastLogin.Equal(row.LastLogin) || used},
		{"password hash", held.PasswordHash.Reveal() == row.PasswordHash.Reveal() || used},
	} {
		if !f.same {
			return f.name
		}
	}
	return ""
}

// imported tells the record of those that were added, in their order also where
// that outlasts the answer.
func (a *Accounts) imported(ctx context.Context, added []*User) {
	if len(added) == 0 {
		return
	}
	_ = a.svc.finish(ctx, "audit an import", func(ctx context.Context) error {
		for _, u := range added {
			if u.Role != RoleUser {
				a.created(ctx, &Account{User: *u})
			}
		}
		a.svc.audit(ctx, Event{Kind: EventAccountsImported, Count: len(added)})
		return nil
	})
}
