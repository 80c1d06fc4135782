package sqlstore

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

// importChunk is how many accounts one statement reads or adds: 1,200
// arguments, which every engine takes.
const importChunk = 100

// ImportAccounts adds the accounts whose names and IDs are free, in one
// transaction. It reads first who has them, since a unique index that refuses
// one row would undo the others; where somebody else takes a name meanwhile,
// the whole is run again.
func (s *Store) ImportAccounts(ctx context.Context, accounts []auth.Account) (held []*auth.Account, err error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	for range maxAttempts {
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			held, err = s.importInto(ctx, tx, accounts)
			return err
		})
		if err == nil {
			return held, nil
		}
		if !s.dialect.duplicate(err) {
			break
		}
	}
	return nil, fault("import accounts", err)
}

// importInto leaves the mark first, as CreateAccount does.
func (s *Store) importInto(ctx context.Context, tx *sql.Tx, accounts []auth.Account) ([]*auth.Account, error) {
	if s.dialect.bulk != "" {
		if _, err := tx.ExecContext(ctx, s.dialect.bulk); err != nil {
			return nil, err
		}
	}
	if _, err := s.setMark(ctx, tx); err != nil {
		return nil, err
	}
	held := make([]*auth.Account, 0, len(accounts))
	for chunk := range slices.Chunk(accounts, importChunk) {
		there, err := s.holders(ctx, tx, chunk)
		if err != nil {
			return nil, err
		}
		var free []any
		for i := range chunk {
			holder := there.of(&chunk[i])
			if holder == nil {
				next := chunk[i] // the answer is the caller's to change
				there.add(&next)
				free = append(free, values(&chunk[i])...)
			}
			held = append(held, holder)
		}
		if err := s.insertMany(ctx, tx, free); err != nil {
			return nil, err
		}
	}
	return held, nil
}

// insertMany adds a row for each dozen of arguments.
func (s *Store) insertMany(ctx context.Context, tx *sql.Tx, args []any) error {
	if len(args) == 0 {
		return nil
	}
	rows := len(args) / strings.Count(insertValues, "?")
	text := insertUsers + insertValues + strings.Repeat(", "+insertValues, rows-1)
	_, err := tx.ExecContext(ctx, s.render(text), args...)
	return err
}

// holders are accounts by what is unique of them.
type holders struct{ username, email, id map[string]*auth.Account }

// holders reads who has a username, an e-mail or an ID of the accounts.
func (s *Store) holders(ctx context.Context, tx *sql.Tx, accounts []auth.Account) (holders, error) {
	var usernames, emails, ids []any
	for _, a := range accounts {
		usernames, emails, ids = append(usernames, a.Username), append(emails, nullable(a.Email)), append(ids, a.ID)
	}
	in := ` IN (?` + strings.Repeat(", ?", len(accounts)-1) + `)`
	text := `SELECT ` + userColumns + ` FROM {users} u WHERE u.username` + in +
		` UNION ALL SELECT ` + userColumns + ` FROM {users} u WHERE u.email` + in +
		` UNION ALL SELECT ` + userColumns + ` FROM {users} u WHERE u.id` + in
	there := holders{make(map[string]*auth.Account), make(map[string]*auth.Account), make(map[string]*auth.Account)}
	rows, err := tx.QueryContext(ctx, s.render(text), slices.Concat(usernames, emails, ids)...)
	if err != nil {
		return there, err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := scanUser(rows)
		if err != nil {
			return there, err
		}
		found := row.account()
		there.add(&found)
	}
	return there, rows.Err()
}

func (h holders) add(a *auth.Account) {
	h.username[a.Username], h.id[a.ID] = a, a
	if a.Email != "" {
		h.email[a.Email] = a
	}
}

// of returns the account that has a's username, else its e-mail, else its ID.
// An empty e-mail is none.
func (h holders) of(a *auth.Account) *auth.Account {
	if held := h.username[a.Username]; held != nil {
		return held
	}
	if held := h.email[a.Email]; held != nil {
		return held
	}
	return h.id[a.ID]
}
