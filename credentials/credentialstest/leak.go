package credentialstest

import (
	"bytes"
	"encoding/json"
	"log"
	"log/slog"
	"strings"
	"sync"
)

var leakCases = []testCase{
	{"leak/printed", "printing, logging or encoding a provider or its answer shows no secret", printingShowsNothing},
	{"leak/logged", "nothing is written to the process's log that shows a secret", loggingShowsNothing},
	{"leak/region", "no region of a user changes where an example sends a secret", regionMovesNothing},
	{"leak/concurrent", "many may ask at once while the source rotates, and each sees one rotation", askedAtOnce},
}

func printingShowsNothing(c *check) {
	m := c.masked("")
	for what, v := range map[string]any{"the provider": c.p, "the answer": m, "the answer's value": *m} {
		var logged bytes.Buffer
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("x", "v", v)
		encoded, _ := json.Marshal(v) // what cannot be encoded shows nothing
		c.hides(what, printed(v)+logged.String()+string(encoded), sample(1))
	}
}

// hides ends the case if out shows six characters of the middle of secret.
func (c *check) hides(what, out, secret string) {
	c.Helper()
	if seen := window(out, secret[shown:len(secret)-shown], middle); seen != "" {
		c.broken("%s shows %q", what, seen)
	}
}

func loggingShowsNothing(c *check) {
	var out safeBuffer
	old, writer, flags := slog.Default(), log.Writer(), log.Flags()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})))
	log.SetOutput(&out)
	defer func() {
		slog.SetDefault(old)
		log.SetOutput(writer)
		log.SetFlags(flags)
	}()
	c.masked("")
	c.eachPartMissing(func(string, error) {})
	c.hides("the log", out.String(), sample(1))
}

// safeBuffer is written to by whoever logs.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func regionMovesNothing(c *check) {
	for _, region := range []string{
		"eu-north-1.evil.example/", "evil.example#", "evil.example/@eu-north-1", "eu-north-1\nevil.example", "'; evil.example; '",
		`"; evil.example`, "$(evil.example)", "`evil.example`", "${evil.example}", "../evil.example", strings.Repeat("evil.example", 99),
	} {
		m, err := c.ask(region)
		if err == nil && strings.Contains(text(m), "evil.example") {
			c.broken("the region %q is in the answer: %s", region, text(m))
		}
	}
}

func askedAtOnce(c *check) {
	answers := map[string]bool{}
	for n := range uint64(4) {
		c.hold(sample(n))
		answers[text(c.masked(""))] = true
	}
	var all sync.WaitGroup
	got := make([][]string, 16)
	for i := range got {
		all.Go(func() {
			for n := range uint64(50) {
				c.src.set(c.fields(sample(n%4)), nil)
				if m, err := c.p.Masked(c.Context(), nil); err == nil {
					got[i] = append(got[i], text(m))
				}
			}
		})
	}
	all.Wait()
	for _, mine := range got {
		for _, answer := range mine {
			if !answers[answer] {
				c.broken("an answer that is of no rotation: %s", answer)
			}
		}
	}
}
