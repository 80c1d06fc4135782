package storetest_test

import (
	"context"
	"errors"
	"slices"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
)

// allOrNothing lets one account that is taken lose the batch.
type allOrNothing struct{ *memory.Store }

func (f allOrNothing) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	for i := range accounts {
		if _, err := f.AccountByLogin(ctx, accounts[i].Username); err == nil {
			return nil, auth.ErrUserExists
		}
	}
	return f.Store.ImportAccounts(ctx, accounts)
}

// replacing writes over what is there, as an upsert does.
type replacing struct{ *memory.Store }

func (f replacing) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	held, err := f.Store.ImportAccounts(ctx, accounts)
	for i, h := range held {
		if h != nil {
			f.UpdateAccount(ctx, h.ID, auth.AccountChange{Role: &accounts[i].Role, PasswordHash: &accounts[i].PasswordHash})
		}
	}
	return held, err
}

// checkedImport looks first and adds afterwards, in two transactions; what was
// taken meanwhile is an error.
type checkedImport struct{ *memory.Store }

func (f checkedImport) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	held := make([]*auth.Account, len(accounts))
	for i := range accounts {
		held[i], _ = f.AccountByLogin(ctx, accounts[i].Username)
	}
	roundTrip()
	for i := range accounts {
		if held[i] == nil {
			if err := f.CreateAccount(ctx, &accounts[i]); err != nil {
				return nil, err
			}
		}
	}
	return held, nil
}

// unread answers for its own batch only by what was stored before it.
type unread struct{ *memory.Store }

func (f unread) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	held, err := f.Store.ImportAccounts(ctx, accounts)
	for i, h := range held {
		for _, a := range accounts[:i] {
			if h != nil && h.ID == a.ID {
				held[i] = nil
			}
		}
	}
	return held, err
}

// unmarked brings accounts in behind Bootstrap's back.
type unmarked struct {
	*memory.Store
	imported bool
}

func (f *unmarked) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	f.imported = true
	return f.Store.ImportAccounts(ctx, accounts)
}

func (f *unmarked) Bootstrap(ctx context.Context, a *auth.Account) (bool, error) {
	if users, err := f.ListUsers(ctx, "", 1); err == nil && len(users) == 0 && f.imported {
		return true, f.CreateAccount(ctx, a)
	}
	return f.Store.Bootstrap(ctx, a)
}

// emailsIgnored lets the unique index speak for e-mails, and fails.
type emailsIgnored struct{ *memory.Store }

func (f emailsIgnored) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	for i := range accounts {
		if a, err := f.AccountByLogin(ctx, accounts[i].Email); err == nil && a.Username != accounts[i].Username {
			return nil, auth.ErrUserExists
		}
	}
	return f.Store.ImportAccounts(ctx, accounts)
}

// halfImport notices after the first account that its caller has gone.
type halfImport struct{ *memory.Store }

func (f halfImport) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	if err := ctx.Err(); err != nil {
		f.Store.ImportAccounts(context.WithoutCancel(ctx), accounts[:1])
		return nil, err
	}
	return f.Store.ImportAccounts(ctx, accounts)
}

// firstHundred forgets what does not fit into one statement.
type firstHundred struct{ *memory.Store }

func (f firstHundred) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	held, err := f.Store.ImportAccounts(ctx, accounts[:min(len(accounts), 100)])
	return append(held, make([]*auth.Account, len(accounts)-len(held))...), err
}

// hashless lists accounts from what lists users.
type hashless struct{ *memory.Store }

func (f hashless) ListAccounts(ctx context.Context, after string, limit int) ([]auth.Account, error) {
	users, err := f.ListUsers(ctx, after, limit)
	var list []auth.Account
	for _, u := range users {
		list = append(list, auth.Account{User: u})
	}
	return list, err
}

// activeImport leaves zero values to the column's default.
type activeImport struct{ *memory.Store }

func (f activeImport) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	rows := slices.Clone(accounts)
	for i := range rows {
		rows[i].Active = true
	}
	return f.Store.ImportAccounts(ctx, rows)
}

// noValues makes a statement of no rows, which is none.
type noValues struct{ *memory.Store }

func (f noValues) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	if len(accounts) == 0 {
		return nil, errors.New(`syntax error at or near ")"`)
	}
	return f.Store.ImportAccounts(ctx, accounts)
}

// nulledImport writes NULL as text.
type nulledImport struct{ *memory.Store }

func (f nulledImport) ImportAccounts(ctx context.Context, accounts []auth.Account) ([]*auth.Account, error) {
	rows := slices.Clone(accounts)
	for i := range rows {
		rows[i].Email = nulled(rows[i].Email)
	}
	return f.Store.ImportAccounts(ctx, rows)
}
