package memory

import (
	"context"

	"github.com/sallyport-go/sallyport/auth"
)

// ImportAccounts adds copies of those accounts whose names and IDs are free.
func (u *Users) ImportAccounts(_ context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	held := make([]*auth.Account, len(accounts))
	for i := range accounts {
		if row := u.holder(&accounts[i]); row != nil {
			found := row.Account
			held[i] = &found
		} else if err := u.create(&accounts[i]); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// ListAccounts returns a page of accounts in the order of their IDs.
func (u *Users) ListAccounts(_ context.Context, after string, limit int) ([]auth.Account, error) {
	u.mu.RLock()
	defer u.mu.RUnlock()
	var page []auth.Account
	for _, row := range u.page(after, limit) {
		page = append(page, row.Account)
	}
	return page, nil
}

// holder returns the row that has the username, the e-mail or the ID of a.
func (u *Users) holder(a *auth.Account) *account {
	for _, name := range names(a) {
		if row := u.byLogin[name]; row != nil {
			return row
		}
	}
	return u.byID[a.ID]
}
