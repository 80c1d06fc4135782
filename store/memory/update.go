package memory

import (
	"context"

	"github.com/sallyport-go/sallyport/auth"
)

// UpdateAccount applies a change to a copy, and the copy to the store if
// nothing speaks against it.
func (u *Users) UpdateAccount(_ context.Context, id string, c auth.AccountChange) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	row := u.byID[id]
	if row == nil {
		return auth.ErrUserNotFound
	}
	if c.IfHash != nil && c.IfHash.Reveal() != row.PasswordHash.Reveal() {
		return auth.ErrUserChanged
	}
	changed := row.Account
	apply(&changed, c)
	if u.taken(&changed) {
		return auth.ErrUserExists
	}
	u.unname(row)
	row.Account = changed
	u.name(row)
	return nil
}

// UpgradePassword replaces the hash from by to.
func (u *Users) UpgradePassword(_ context.Context, userID string, from, to auth.Secret) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	row := u.byID[userID]
	if row == nil {
		return auth.ErrUserNotFound
	}
	if row.PasswordHash.Reveal() != from.Reveal() {
		return auth.ErrUserChanged
	}
	setHash(&row.Account, to)
	return nil
}

// apply sets the fields of a that c names.
func apply(a *auth.Account, c auth.AccountChange) {
	set(&a.Username, c.Username)
	set(&a.Email, c.Email)
	set(&a.Name, c.Name)
	set(&a.Organization, c.Organization)
	set(&a.AWSRegion, c.AWSRegion)
	set(&a.Role, c.Role)
	set(&a.Active, c.Active)
	if c.PasswordHash != nil {
		setHash(a, *c.PasswordHash)
	}
	if c.UpdatedAt != nil {
		a.UpdatedAt = micro(*c.UpdatedAt)
	}
}

// set assigns *to unless it is nil: the field stays.
func set[T any](field, to *T) {
	if to != nil {
		*field = *to
	}
}

// setHash keeps the stamp in step with the hash.
func setHash(a *auth.Account, hash auth.Secret) {
	a.PasswordHash = hash
	a.Stamp = auth.StampOf(hash.Reveal())
}
