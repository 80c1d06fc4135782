package examples_test

import (
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// expected is all that a first start may print.
var expected = regexp.MustCompile(`^(listening on http://|first start, shown this once: |\S+ \S+ INFO auth account\.created |$)`)

// LESSONS 18 (Rancher CVE-2019-11202), by six processes that find an empty
// database at once.
func TestSixProcessesStartOnAnEmptyDatabase(t *testing.T) {
	const times = 3
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			for range times {
				at := d.open(t)
				all, password := nodes(t, at, 6) // one of them made the administrator
				token := all[0].login(t, "admin", password)
				for _, s := range all {
					require.Equal(t, 200, s.validate(t, token), "all know the administrator's session")
				}
				require.Equal(t, 1, strings.Count(mustAuthctlAt(t, at, "", "user", "list"), "\n"), "there is one user")
				for _, s := range all {
					s.stop(t)
					for line := range strings.Lines(s.stderr.String()) {
						if !strings.Contains(line, "INFO auth login") {
							require.Regexp(t, expected, strings.TrimSuffix(line, "\n"), "nothing goes wrong")
						}
					}
				}
			}
		})
	}
}

// Six that start at once on one SQLite file also find one signing key.
func TestSixProcessesMakeOneKey(t *testing.T) {
	dsn := fileDSN(t)
	var all []*server
	for range 6 {
		all = append(all, launch(t, nil, "-db", dsn))
	}
	var password string
	for _, s := range all {
		s.ready(t)
		password += s.password
	}
	token := all[0].login(t, "admin", password)
	for _, s := range all {
		require.Equal(t, 200, s.validate(t, token), "a token of one is good at all")
		s.stop(t)
	}
}

// A first start that is refused makes no administrator, whose password nobody
// would see again: the next one does.
func TestARefusedFirstStartLeavesTheAdministratorToTheNext(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, d := range databases[:3] {
		t.Run(d.name, func(t *testing.T) {
			at := d.open(t)
			for _, refused := range []struct {
				env, args []string
			}{
				{nil, []string{"-addr", taken.Addr().String()}},
				{[]string{"SALLYPORT_JWT_SECRET_FILE=" + t.TempDir()}, nil},
				{nil, []string{"-hashes", "bcrypt:31"}},
				{[]string{"SALLYPORT_SESSIONS=redis:none"}, nil},
			} {
				env := append(at.env(), refused.env...)
				if refused.env == nil {
					env = append(env, key(foreignKey))
				}
				_, stderr, code := run(t, "quickstart", env, "", append([]string{"-addr", "127.0.0.1:0"}, refused.args...)...)
				require.Equal(t, 1, code, stderr)
				require.NotContains(t, stderr, "shown this once", "%v: nothing is shown", refused)
			}
			s := start(t, append(at.env(), key(foreignKey)))
			require.NotEmpty(t, s.password, "the first that starts shows it: %s", s.stderr)
			s.login(t, "admin", s.password)
			s.stop(t)
		})
	}
}
