package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth/password"
	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/serve"
)

// imports runs authctl on a file of users and on one of a tenth.
func imports(ctx context.Context, l *lab) error {
	program := filepath.Join(l.dir, "authctl")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./authctl")
	build.Dir, build.Env = filepath.Join(l.root, "examples"), append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	hasher, err := password.New(nil)
	if err != nil {
		return err
	}
	hash, err := hasher.Hash(ctx, serve.Password)
	if err != nil {
		return err
	}
	for _, figure := range []string{"import-sqlite", "import-postgres"} {
		if figure == "import-postgres" && l.dsn == "" {
			l.table.Skip("no server", figure)
			continue
		}
		var peaks [2]float64
		var took time.Duration
		for i, rows := range []int{l.users / 10, l.users} {
			var peak int64
			if took, peak, err = l.importOnce(ctx, program, figure, hash, rows); err != nil {
				return err
			}
			peaks[i] = float64(peak)
		}
		l.table.Add(figure, result.Sample{peaks[1] / peaks[0]})
		l.table.Note(figure, "%.0f rows a second, %.0f MiB at the peak, %.0f with a tenth",
			float64(l.users)/took.Seconds(), peaks[1]/(1<<20), peaks[0]/(1<<20))
	}
	return nil
}

// importOnce imports into an empty database and returns how long that took, and
// the memory of authctl at its peak.
func (l *lab) importOnce(ctx context.Context, program, figure, hash string, rows int) (took time.Duration, peak int64, err error) {
	dir, err := os.MkdirTemp(l.dir, "")
	if err != nil {
		return 0, 0, err
	}
	file := filepath.Join(dir, "users.csv")
	if err := writeUsers(file, hash, rows); err != nil {
		return 0, 0, err
	}
	dsn := "sqlite:" + filepath.Join(dir, "users.db")
	if figure == "import-postgres" {
		var drop func() error
		if dsn, drop, err = temporary(ctx, l.server); err != nil {
			return 0, 0, err
		}
		defer func() { err = errors.Join(err, drop()) }()
	}
	var said strings.Builder
	run := exec.CommandContext(ctx, program, "user", "import", file)
	run.Env = append(os.Environ(), "SALLYPORT_DB="+dsn, fmt.Sprint("GOMAXPROCS=", l.procs))
	run.Stdout, run.Stderr = &said, &said
	if err := migrate(ctx, program, dsn); err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := run.Start(); err != nil {
		return 0, 0, err
	}
	// What the kernel says of a process that ended counts its parent's memory.
	ended, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for tick := time.NewTicker(5 * time.Millisecond); ; {
			if _, p, err := serve.Memory(run.Process.Pid); err == nil {
				peak = p
			}
			select {
			case <-ended:
				return
			case <-tick.C:
			}
		}
	}()
	err = run.Wait()
	took = time.Since(start)
	close(ended)
	<-watched
	if err == nil && !strings.Contains(said.String(), fmt.Sprintf("%d added, 0 already there, 0 rejected", rows)) {
		err = errors.New("not all were added")
	}
	if err != nil {
		return 0, 0, fmt.Errorf("authctl user import: %w: %.300s", err, said.String())
	}
	return took, peak, nil
}

func migrate(ctx context.Context, program, dsn string) error {
	run := exec.CommandContext(ctx, program, "migrate")
	run.Env = append(os.Environ(), "SALLYPORT_DB="+dsn)
	if out, err := run.CombinedOutput(); err != nil {
		return fmt.Errorf("authctl migrate: %w: %.300s", err, out)
	}
	return nil
}

func writeUsers(name, hash string, rows int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "username,email,name,organization,role,is_active,password_hash")
	for n := range rows {
		fmt.Fprintf(w, "user%d,%s,John Example,Example Ltd,user,true,%q\n", n, serve.User(n), hash)
	}
	return errors.Join(w.Flush(), f.Close())
}
