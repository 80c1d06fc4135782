package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/auth/authtest"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// watched is the server of this example, whose store and auditor can fail.
type watched struct {
	api, metrics *httptest.Server
	faults       storetest.Faults
	record       authtest.Recorder
	count        error
}

func start(t *testing.T) *watched {
	t.Helper()
	w, store, registry := &watched{}, memory.New(), prometheus.NewRegistry()
	count := func(ctx context.Context) (int64, error) {
		n, err := store.CountSessions(ctx)
		return n, errors.Join(err, w.count)
	}
	kept := auth.Compose(w.faults.Users(store), w.faults.Sessions(store), w.faults.Throttle(store))
	api, accounts, err := wire(kept, store, count, &w.record, registry)
	require.NoError(t, err)
	_, err = accounts.Create(t.Context(), auth.NewAccount{Username: "jane", Password: auth.NewSecret("lantern orbit walnut")})
	require.NoError(t, err)
	w.api, w.metrics = httptest.NewServer(api), httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	t.Cleanup(w.api.Close)
	t.Cleanup(w.metrics.Close)
	return w
}

// converse has people log in, fail to, be throttled, and meet a store and an
// auditor that are broken.
func (w *watched) converse(t *testing.T) {
	t.Helper()
	w.faults.Clear()
	w.record.Fail(nil)
	token := w.login(t, "jane", "lantern orbit walnut", 200)
	w.call(t, "GET", "/api/auth/validate", token, "", 200)
	for range 10 {
		w.login(t, "nobody", "lantern orbit walnut", 401, 429)
	}
	w.login(t, "nobody", "lantern orbit walnut", 429)
	w.faults.On("SessionByID", 0, storetest.Fail)
	w.call(t, "GET", "/api/auth/validate", token, "", 503)
	w.faults.Clear()
	w.record.Fail(errors.New("disk full"))
	w.call(t, "POST", "/api/auth/logout", token, "", 200)
}

func (w *watched) login(t *testing.T, name, password string, want ...int) (token string) {
	t.Helper()
	return w.call(t, "POST", "/api/auth/login", "", fmt.Sprintf(`{"username":%q,"password":%q}`, name, password), want...)
}

func (w *watched) call(t *testing.T, method, path, token, body string, want ...int) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.api.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	var answer struct{ Token string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
	require.Contains(t, want, resp.StatusCode, "%s %s", method, path)
	return answer.Token
}

// scrape returns what Prometheus reads.
func (w *watched) scrape(t *testing.T) string {
	t.Helper()
	resp, err := http.Get(w.metrics.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode, string(text))
	return string(text)
}

// dashboard is what Grafana has to find in the file.
type dashboard struct {
	UID           string
	Title         string
	SchemaVersion int
	Time          struct{ From, To string }
	Templating    struct {
		List []struct{ Name, Type string }
	}
	Panels []struct {
		ID         int
		Type       string
		Title      string
		GridPos    struct{ X, Y, W, H int }
		Datasource struct{ Type, UID string }
		Targets    []struct{ RefID, Expr, LegendFormat string }
	}
}

func readDashboard(t *testing.T) dashboard {
	t.Helper()
	text, err := os.ReadFile("dashboard.json")
	require.NoError(t, err)
	var d dashboard
	require.NoError(t, json.Unmarshal(text, &d))
	return d
}

func TestTheDashboardIsOneForGrafana(t *testing.T) {
	d := readDashboard(t)
	require.Equal(t, "sallyport", d.UID)
	require.NotEmpty(t, d.Title)
	require.GreaterOrEqual(t, d.SchemaVersion, 36, "the first in which a data source is an object")
	require.NotEmpty(t, d.Time.From)
	require.NotEmpty(t, d.Time.To)
	variables := map[string]string{}
	for _, v := range d.Templating.List {
		variables[v.Name] = v.Type
	}
	require.Equal(t, map[string]string{"datasource": "datasource", "instance": "query"}, variables)
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		require.False(t, ids[p.ID], "two panels have the ID %d", p.ID)
		ids[p.ID] = true
		require.Contains(t, []string{"timeseries", "stat"}, p.Type)
		require.NotEmpty(t, p.Title)
		require.Equal(t, "prometheus", p.Datasource.Type)
		require.Equal(t, "${datasource}", p.Datasource.UID)
		require.NotEmpty(t, p.Targets, p.Title)
		refs := map[string]bool{}
		for _, target := range p.Targets {
			require.False(t, refs[target.RefID], "%s: two queries are called %s", p.Title, target.RefID)
			refs[target.RefID] = true
			require.NotEmpty(t, target.RefID)
			for _, m := range legendLabel.FindAllStringSubmatch(target.LegendFormat, -1) {
				require.Contains(t, target.Expr, "by ("+m[1]+")", "the legend of %s names it", p.Title)
			}
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			require.Less(t, x, 24, p.Title)
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				require.Empty(t, taken[[2]int{x, y}], "%s lies on another panel", p.Title)
				taken[[2]int{x, y}] = p.Title
			}
		}
	}
}

var legendLabel = regexp.MustCompile(`\{\{(.*?)\}\}`)

var metricName = regexp.MustCompile(`\bsallyport_[a-z_]+\b`)

// names are the metrics that a text speaks of: what stands in front of a
// selector, or of the end of an argument, and is no label.
func names(text string) (all []string) {
	text = regexp.MustCompile(`by \([^)]*\)|\{[^}]*\}`).ReplaceAllString(text, "")
	return metricName.FindAllString(text, -1)
}

// Each metric that the dashboard or a rule asks for is one that the server has.
func TestWhatIsAskedForIsThere(t *testing.T) {
	w := start(t)
	w.converse(t)
	exported := map[string]bool{}
	require.Eventually(t, func() bool {
		for line := range strings.Lines(w.scrape(t)) {
			if name := metricName.FindString(line); name != "" && !strings.HasPrefix(line, "#") {
				exported[name] = true
			}
		}
		return exported["sallyport_faults_total"] // which is told behind the answer
	}, 10*time.Second, 10*time.Millisecond)
	asked := map[string]bool{}
	for _, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			found := names(target.Expr)
			require.Len(t, found, 1, target.Expr)
			asked[found[0]] = true
		}
	}
	require.Greater(t, len(asked), 9)
	rules, err := os.ReadFile("alerts.yml")
	require.NoError(t, err)
	expr := regexp.MustCompile(`(?s)expr:(.*?)\n +(?:labels|for):`).FindAllStringSubmatch(string(rules), -1)
	require.Len(t, expr, strings.Count(string(rules), "- alert:"))
	for _, m := range expr {
		require.NotEmpty(t, names(m[1]))
		for _, name := range names(m[1]) {
			asked[name] = true
		}
	}
	for name := range asked {
		require.True(t, exported[name], "%s is asked for, and the server has no such metric", name)
	}
}

// One metric that fails takes none of the others along.
func TestACountThatFailsLeavesTheRest(t *testing.T) {
	w := start(t)
	w.count = errors.New("password=hunter2hunter2")
	w.converse(t)
	text := w.scrape(t)
	require.Contains(t, text, "sallyport_login_duration_seconds_count")
	require.NotContains(t, text, "\nsallyport_sessions_live")
	require.NotContains(t, text, "hunter2")
}

// tool is a program of Debian's package prometheus.
func tool(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("SALLYPORT_TEST_REQUIRE") != "" {
			t.Fatalf("%s is not installed", name)
		}
		t.Skipf("%s is not installed", name)
	}
	return exec.CommandContext(t.Context(), path, args...)
}

func TestPrometheusLikesTheNames(t *testing.T) {
	check := tool(t, "promtool", "check", "metrics")
	w := start(t)
	w.converse(t)
	check.Stdin = strings.NewReader(w.scrape(t))
	out, err := check.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Empty(t, string(out))
}

func TestTheAlertRules(t *testing.T) {
	for _, args := range [][]string{{"check", "rules", "alerts.yml"}, {"test", "rules", "testdata/alerts_test.yml"}} {
		out, err := tool(t, "promtool", args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
}

// A real Prometheus answers every query of the dashboard with something.
func TestEveryQueryHasAnAnswer(t *testing.T) {
	dir := t.TempDir()
	w := start(t)
	config := fmt.Sprintf("global: {scrape_interval: 500ms, scrape_timeout: 500ms}\nscrape_configs: [{job_name: sallyport, metrics_path: /, static_configs: [{targets: [%q]}]}]\n",
		strings.TrimPrefix(w.metrics.URL, "http://"))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(config), 0o600))
	free := httptest.NewServer(http.NotFoundHandler())
	address := strings.TrimPrefix(free.URL, "http://")
	free.Close()
	server := tool(t, "prometheus", "--config.file", filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", address)
	require.NoError(t, server.Start())
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })

	instant := strings.NewReplacer("$__rate_interval", "1m", "$instance", ".*")
	unanswered := map[string]bool{}
	for _, p := range readDashboard(t).Panels {
		for _, target := range p.Targets {
			unanswered[instant.Replace(target.Expr)] = true
		}
	}
	for end := time.Now().Add(time.Minute); len(unanswered) > 0; <-time.After(500 * time.Millisecond) {
		require.True(t, time.Now().Before(end), "no answer to %v", unanswered)
		w.converse(t)
		for expr := range unanswered {
			if answered(t, address, expr) {
				delete(unanswered, expr)
			}
		}
	}
}

// answered reports whether a query has a result that is a number.
func answered(t *testing.T, address, expr string) bool {
	resp, err := http.Get("http://" + address + "/api/v1/query?query=" + url.QueryEscape(expr))
	if err != nil {
		return false // it is still starting
	}
	defer resp.Body.Close()
	var answer struct {
		Status, Error string
		Data          struct{ Result []struct{ Value [2]any } }
	}
	if json.NewDecoder(resp.Body).Decode(&answer) != nil {
		return false
	}
	require.NotEqual(t, "error", answer.Status, "%s: %s", expr, answer.Error)
	for _, r := range answer.Data.Result {
		if v, _ := r.Value[1].(string); v != "" && v != "NaN" {
			return true
		}
	}
	return false
}
