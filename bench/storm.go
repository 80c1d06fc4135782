package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sallyport-go/sallyport/bench/internal/plot"
	"github.com/sallyport-go/sallyport/bench/internal/result"
	"github.com/sallyport-go/sallyport/bench/internal/serve"
)

// storming is the course of a storm: quiet, then clients that log in again and
// again, then quiet.
type storming struct {
	clients int
	quiet   time.Duration
	loud    time.Duration
	rounds  int
}

// stormKinds are the servers it is let loose on. PocketBase hashes with
// bcrypt of cost 10; ours and gin-jwt with argon2id of the same parameters.
var stormKinds = []string{"ours", "gin-jwt", "PocketBase"}

// probed is one validate: when it was sent after the beginning, and how long
// the answer took.
type probed struct{ at, took time.Duration }

// course is what a storm did to one server.
type course struct {
	probes       []probed
	began, ended time.Duration // of the storm
	logins       int64
	refused      int64
	memory       int64 // at its peak over idle, in bytes
}

// storm measures what somebody who is logged in notices of others who log in.
func storm(ctx context.Context, l *lab) error {
	for round := range l.storm.rounds {
		for _, kind := range stormKinds {
			c, err := l.stormOn(ctx, kind)
			if err != nil {
				return err
			}
			quiet, loud := c.split()
			high := result.Sample{loud.Quantile(0.99) / quiet.Quantile(0.99)}
			middle := result.Sample{loud.Median() / quiet.Median()}
			memory := result.Sample{float64(c.memory) / (1 << 20)}
			if kind == "ours" {
				l.table.Add("storm-p99", high)
				l.table.Add("storm-p50", middle)
				l.table.Add("storm-memory", memory)
			} else {
				l.table.AddBeside("storm-p99", kind, "x", high)
				l.table.AddBeside("storm-p50", kind, "x", middle)
				l.table.AddBeside("storm-memory", kind, " MiB", memory)
			}
			if round == 0 {
				l.table.Note("storm-p99", "%s: p99 from %.2f ms to %.2f ms at %.0f logins a second", kind,
					quiet.Quantile(0.99), loud.Quantile(0.99), float64(c.logins)/(c.ended-c.began).Seconds())
				if c.refused > 0 {
					l.table.Note("storm-p99", "%s refused %d logins", kind, c.refused)
				}
				l.courses = append(l.courses, plot.Line{Label: kind, Points: c.points()})
			}
		}
	}
	return nil
}

func (l *lab) stormOn(ctx context.Context, kind string) (*course, error) {
	r, err := l.rival(ctx, kind, []byte(`{"success":true}`))
	if err != nil {
		return nil, err
	}
	c, err := l.course(r)
	return c, errors.Join(err, r.end())
}

// course probes a server at a steady pace while the storm comes and goes.
func (l *lab) course(r *rival) (*course, error) {
	c := new(course)
	var crowd []*serve.Client
	defer func() {
		for _, client := range crowd {
			client.Close()
		}
	}()
	for n := range l.storm.clients {
		client, err := serve.DialLogin(r.kind, r.process.Addr, n)
		if err != nil {
			return nil, err
		}
		crowd = append(crowd, client)
	}
	if err := r.load(400); err != nil { // to warm up
		return nil, err
	}
	if err := r.process.Collect(); err != nil {
		return nil, err
	}
	idle, _, err := r.process.Memory()
	if err != nil {
		return nil, err
	}
	if err := r.process.ForgetPeak(); err != nil {
		return nil, fmt.Errorf("the peak of memory cannot be measured: %w", err)
	}

	start := time.Now()
	probing := l.probe(r, start)
	time.Sleep(l.storm.quiet)
	c.began = time.Since(start)
	err = c.rage(crowd, l.storm.loud)
	c.ended = time.Since(start)
	_, peak, err2 := r.process.Memory()
	c.memory = peak - idle
	time.Sleep(l.storm.quiet)
	probes, err3 := probing()
	c.probes = probes
	return c, errors.Join(err, err2, err3)
}

// rage has all clients log in for so long, and waits for their last answers.
func (c *course) rage(crowd []*serve.Client, loud time.Duration) error {
	var all sync.WaitGroup
	var logins, refused atomic.Int64
	errs := make([]error, len(crowd))
	until := time.Now().Add(loud)
	for i, client := range crowd {
		all.Go(func() {
			for time.Now().Before(until) {
				status, _, err := client.Do(false)
				switch {
				case err != nil:
					errs[i] = fmt.Errorf("a login: %w", err)
					return
				case status == 200:
					logins.Add(1)
				default:
					refused.Add(1)
				}
			}
		})
	}
	all.Wait()
	c.logins, c.refused = logins.Load(), refused.Load()
	if c.logins == 0 {
		errs = append(errs, errors.New("nobody could log in"))
	}
	return errors.Join(errs...)
}

// pace is how often each connection validates. A late answer is followed by the
// next request at the next beat: none is sent to make up for those missed, so
// that what a slow server is seen to do is rather too good.
const pace = 5 * time.Millisecond

// probe begins to validate over all connections; what it returns ends that and
// has what was seen.
func (l *lab) probe(r *rival, start time.Time) func() ([]probed, error) {
	end := make(chan struct{})
	seen, errs := make([][]probed, len(r.clients)), make([]error, len(r.clients))
	var all sync.WaitGroup
	for i, client := range r.clients {
		all.Go(func() {
			beat := time.NewTicker(pace)
			defer beat.Stop()
			for {
				select {
				case <-end:
					return
				case <-beat.C:
				}
				sent := time.Now()
				status, _, err := client.Do(false)
				if err == nil && status != 200 {
					err = fmt.Errorf("a validate is answered %d", status)
				}
				if err != nil {
					errs[i] = err
					return
				}
				seen[i] = append(seen[i], probed{sent.Sub(start), time.Since(sent)})
			}
		})
	}
	return func() ([]probed, error) {
		close(end)
		all.Wait()
		var probes []probed
		for _, s := range seen {
			probes = append(probes, s...)
		}
		return probes, errors.Join(errs...)
	}
}

// split returns the latencies before and during the storm, in milliseconds.
func (c *course) split() (quiet, loud result.Sample) {
	for _, p := range c.probes {
		switch {
		case p.at < c.began:
			quiet = append(quiet, p.took.Seconds()*1e3)
		case p.at < c.ended:
			loud = append(loud, p.took.Seconds()*1e3)
		}
	}
	return quiet, loud
}

// window is the width of a point of the plot.
const window = 500 * time.Millisecond

// points are the 99th percentile of each window, by its middle.
func (c *course) points() (points []plot.Point) {
	in := make(map[int]result.Sample)
	last := 0
	for _, p := range c.probes {
		at := int(p.at / window)
		in[at] = append(in[at], p.took.Seconds()*1e3)
		last = max(last, at)
	}
	for at := range last {
		if len(in[at]) > 0 {
			points = append(points, plot.Point{X: (float64(at) + 0.5) * window.Seconds(), Y: in[at].Quantile(0.99)})
		}
	}
	return points
}
