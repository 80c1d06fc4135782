package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/serve"
)

// connections are those that requests come over at once, each of another user.
const connections = 4

// rival is a server under load.
type rival struct {
	kind    string
	process *serve.Process
	clients []*serve.Client
	status  int // of each answer
	cpu     result.Sample
}

// validateHTTP compares servers by what a request costs their own process.
func validateHTTP(ctx context.Context, l *lab) error {
	kinds := []string{"ours", "gin-jwt", "jwtauth", "PocketBase"}
	if l.dsn != "" {
		kinds = append(kinds, "ours-postgres")
	} else {
		l.table.Skip("no server", "http-postgres")
	}
	body, err := ourBody(ctx, l)
	if err != nil {
		return err
	}
	var rivals []*rival
	defer func() {
		for _, r := range rivals {
			r.end()
		}
	}()
	for _, kind := range append([]string{"bare"}, kinds...) {
		r, err := l.rival(ctx, kind, body)
		if err != nil {
			return err
		}
		rivals = append(rivals, r)
	}
	for _, r := range rivals { // to warm up
		if err := r.load(l.requests / 4); err != nil {
			return err
		}
	}
	for round := range l.rounds {
		for k := range rivals {
			if err := rivals[(round+k)%len(rivals)].measure(l.requests); err != nil {
				return err
			}
		}
	}
	floor := rivals[0].cpu
	for _, r := range rivals[1:] {
		switch r.kind {
		case "ours":
			l.ratio("http-memory", r.cpu, floor)
			l.table.Note("http-memory", "bare takes %.1f us, ours %.1f us", floor.Median()/1e3, r.cpu.Median()/1e3)
		case "ours-postgres":
			l.ratio("http-postgres", r.cpu, floor)
		default:
			l.beside("http-memory", r.kind, r.cpu, floor)
		}
	}
	return nil
}

// ourBody is what ours answers to a validate.
func ourBody(ctx context.Context, l *lab) ([]byte, error) {
	r, err := l.rival(ctx, "ours", nil)
	if err != nil {
		return nil, err
	}
	defer r.end()
	_, body, err := r.clients[0].Do(true)
	return body, err
}

// rival starts a server and connects to it, with a user logged in at each
// connection.
func (l *lab) rival(ctx context.Context, kind string, body []byte) (*rival, error) {
	dir, err := os.MkdirTemp(l.dir, "")
	if err != nil {
		return nil, err
	}
	cfg := serve.Config{Kind: kind, Users: max(connections, l.storm.clients), DSN: l.dsn, Dir: dir, Body: body}
	if l.profile != "" {
		cfg.Profile = filepath.Join(l.profile, kind+".prof")
	}
	p, err := serve.Start(ctx, cfg, l.procs)
	if err != nil {
		return nil, err
	}
	r := &rival{kind: kind, process: p, status: 200}
	for n := range connections {
		tok := "none"
		if kind != "bare" {
			if tok, err = serve.Login(kind, p.Addr, n); err != nil {
				return nil, errors.Join(err, r.end())
			}
		} else if len(body) > 0 {
			tok = barely
		}
		c, err := serve.DialValidate(kind, p.Addr, tok)
		if err != nil {
			return nil, errors.Join(err, r.end())
		}
		r.clients = append(r.clients, c)
	}
	return r, nil
}

// barely is a token for the bare handler, as long as ours are: the request is
// read all the same.
const barely = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9." +
	"eyJpc3MiOiJzYWxseXBvcnQiLCJhdWQiOiJzYWxseXBvcnQiLCJzdWIiOiIwMTkyZjFiNC03ZDNjLTdhNTUtOWQwZS0zZjZhMmI5YzhkN2UiLCJqdGki" +
	"OiJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQSIsImlhdCI6MTc2NDA0NTAwMCwiZXhwIjoxNzY0MTMxNDAwfQ." +
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

func (r *rival) end() error {
	for _, c := range r.clients {
		c.Close()
	}
	return r.process.End()
}

// measure adds a round: nanoseconds of the server's for each request.
func (r *rival) measure(requests int) error {
	before, err := r.process.CPU()
	if err != nil {
		return err
	}
	if err := r.load(requests); err != nil {
		return err
	}
	after, err := r.process.CPU()
	if err != nil {
		return err
	}
	r.cpu = append(r.cpu, float64(after-before)/float64(requests/connections*connections))
	return nil
}

// load sends requests over all connections at once.
func (r *rival) load(requests int) error {
	var all sync.WaitGroup
	errs := make([]error, len(r.clients))
	for i, c := range r.clients {
		all.Go(func() {
			for range requests / connections {
				status, _, err := c.Do(false)
				if err == nil && status != r.status {
					err = fmt.Errorf("answered %d", status)
				}
				if err != nil {
					errs[i] = fmt.Errorf("%s: %w", r.kind, err)
					return
				}
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}
