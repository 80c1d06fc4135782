package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

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
}

// turns is how often the servers take turns in one round, each time in another
// order, so that what disturbs the machine disturbs all of them alike.
const turns = 10

// validateHTTP compares servers by what a request costs their own process. Ours
// and the peers are apart: PocketBase works on for a while after its turn.
func validateHTTP(ctx context.Context, l *lab) error {
	body, err := ourBody(ctx, l)
	if err != nil {
		return err
	}
	kinds := []string{"ours"}
	if l.dsn != "" {
		kinds = append(kinds, "ours-postgres")
	} else {
		l.table.Skip("no server", "http-postgres")
	}
	floor, taken, err := l.besideBare(ctx, body, kinds)
	if err != nil {
		return err
	}
	for i, figure := range []string{"http-memory", "http-postgres"}[:len(kinds)] {
		l.ratio(figure, taken[i], floor)
		l.table.Note(figure, "bare takes %.1f us, ours %.1f us", floor.Median()/1e3, taken[i].Median()/1e3)
	}
	kinds = []string{"gin-jwt", "jwtauth", "PocketBase"}
	if floor, taken, err = l.besideBare(ctx, body, kinds); err != nil {
		return err
	}
	for i, kind := range kinds {
		l.beside("http-memory", kind, taken[i], floor)
	}
	return nil
}

// besideBare has the servers and the bare one take turns, and returns what a
// request took each of them, by round, in nanoseconds.
func (l *lab) besideBare(ctx context.Context, body []byte, kinds []string) (floor result.Sample, taken []result.Sample, err error) {
	var rivals []*rival
	defer func() {
		for _, r := range rivals {
			err = errors.Join(err, r.end())
		}
	}()
	for _, kind := range append([]string{"bare"}, kinds...) {
		r, err := l.rival(ctx, kind, body)
		if err != nil {
			return nil, nil, err
		}
		rivals = append(rivals, r)
	}
	for _, r := range rivals { // to warm up
		if err := r.load(l.requests / 4); err != nil {
			return nil, nil, err
		}
	}
	taken = make([]result.Sample, len(rivals))
	for range l.rounds {
		spent := make([]time.Duration, len(rivals))
		for range turns {
			for _, i := range rand.Perm(len(rivals)) {
				d, err := rivals[i].measure(l.requests / turns)
				if err != nil {
					return nil, nil, err
				}
				spent[i] += d
			}
		}
		for i, d := range spent {
			taken[i] = append(taken[i], float64(d)/float64(l.requests))
		}
	}
	return taken[0], taken[1:], nil
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
		c, err := serve.DialValidate(p.Addr, tok)
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

// measure returns what so many requests take the server's processors.
func (r *rival) measure(requests int) (time.Duration, error) {
	before, err := r.process.CPU()
	if err != nil {
		return 0, err
	}
	if err := r.load(requests); err != nil {
		return 0, err
	}
	after, err := r.process.CPU()
	return after - before, err
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
