package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/bench/internal/plot"
	"github.com/sallyport-go/sallyport/bench/internal/result"
)

// compared are the modules whose versions the page gives.
var compared = []string{
	"github.com/golang-jwt/jwt/v5",
	"github.com/lestrrat-go/jwx/v2",
	"github.com/go-chi/jwtauth/v5",
	"github.com/appleboy/gin-jwt/v2",
	"github.com/pocketbase/pocketbase",
	"github.com/jackc/pgx/v5",
	"modernc.org/sqlite",
	"golang.org/x/crypto",
}

// write puts what was measured into the page, and the plot beside it.
func (l *lab) write(ctx context.Context, docs string) error {
	name := filepath.Join(docs, "performance.md")
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	about, err := l.about(ctx)
	if err != nil {
		return err
	}
	text := "\n" + about + "\n" + l.table.Markdown() +
		"\n![validate latency through a login storm](performance.svg)\n\n"
	written, err := result.Replace(string(page), text)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return errors.Join(
		os.WriteFile(name, []byte(written), 0o644),
		os.WriteFile(filepath.Join(docs, "performance.svg"), []byte(l.chart().SVG()), 0o644))
}

// about says when and with what it was measured. It names no machine.
func (l *lab) about(ctx context.Context) (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", errors.New("this program does not know its modules")
	}
	var modules []string
	for _, path := range compared {
		for _, m := range info.Deps {
			if m.Path == path {
				modules = append(modules, strings.TrimPrefix(path, "github.com/")+" "+m.Version)
			}
		}
	}
	if len(modules) != len(compared) {
		return "", fmt.Errorf("of %v only %v are linked", compared, modules)
	}
	database := "no PostgreSQL"
	if l.dsn != "" {
		version, err := postgresVersion(ctx, l.dsn)
		if err != nil {
			return "", err
		}
		database = "PostgreSQL " + version
	}
	return fmt.Sprintf("Measured on %s with %s on %s/%s, %d processors, GOMAXPROCS %d, %d rounds (%d of the storm), %s.\nVersions: %s.\n",
		time.Now().UTC().Format(time.DateOnly), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), l.procs,
		l.rounds, l.storm.rounds, database, strings.Join(modules, ", ")), nil
}

func (l *lab) chart() *plot.Chart {
	from := l.storm.quiet.Seconds()
	return &plot.Chart{
		Title: "validate, 99th percentile of each half second", XUnit: "s", YUnit: "ms",
		Marked: fmt.Sprintf("%d clients log in", l.storm.clients), From: from, To: from + l.storm.loud.Seconds(),
		Lines: l.courses,
	}
}
