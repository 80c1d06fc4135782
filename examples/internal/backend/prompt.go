package backend

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"
)

// connectTimeout bounds the making of a connection, its handshake included.
// When one breaks while others are waited for, database/sql makes the next on
// nobody's behalf and without a deadline; should the server be silent, that
// would keep its place in the pool for as long as it is.
const connectTimeout = 3 * time.Second

// prompt is a driver.Connector that gives up in time.
type prompt struct{ driver.Connector }

func (p prompt) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, done := context.WithTimeout(ctx, connectTimeout)
	defer done()
	return p.Connector.Connect(ctx)
}

// openPrompt is sql.Open with that bound, where the driver heeds a context.
func openPrompt(name, dsn string) (*sql.DB, error) {
	db, err := sql.Open(name, dsn)
	if err != nil {
		return nil, err
	}
	d, ok := db.Driver().(driver.DriverContext)
	if !ok {
		return db, nil // an SQLite file is not connected to
	}
	c, err := d.OpenConnector(dsn)
	return sql.OpenDB(prompt{c}), errors.Join(err, db.Close())
}
