package main

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// temporary makes a database beside the one that dsn names. What it returns
// drops it again, also when the run was interrupted.
func temporary(ctx context.Context, dsn string) (made string, drop func() error, err error) {
	name := "sallyport_bench_" + strings.ToLower(rand.Text()[:12])
	u, err := url.Parse(dsn)
	if err != nil {
		return "", nil, errors.New("SALLYPORT_TEST_POSTGRES is no URL") // and may have a password in it
	}
	if err := admin(ctx, dsn, "CREATE DATABASE "+name); err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return admin(ctx, dsn, "DROP DATABASE "+name+" WITH (FORCE)")
	}, nil
}

func admin(ctx context.Context, dsn, statement string) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// postgresVersion is what the server says it is.
func postgresVersion(ctx context.Context, dsn string) (version string, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, "SHOW server_version").Scan(&version)
	version, _, _ = strings.Cut(version, " ")
	return version, err
}
