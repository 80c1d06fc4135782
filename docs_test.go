package sallyport_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	quoted   = regexp.MustCompile("`([^`\n]+)`")
	testName = regexp.MustCompile(`^(Test|Fuzz|Example)[A-Z]\w*$`)
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docsPath = regexp.MustCompile(`\bdocs/[\w-]+\.md`)
	heading  = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noSlug   = regexp.MustCompile(`[^\w\- ]`)
)

// pages are what a reader of the repository is sent to.
func pages(t *testing.T) []string {
	t.Helper()
	docs, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	return append(docs, "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "store/redis/README.md", "otelauth/README.md")
}

// cited is a test named in a page, behind the package or the file it is in.
type cited struct{ place, test string }

// citations lists the tests that a page names: on each line, `place`: `TestOne`,
// `TestTwo`. Of a place that is not there nothing is known but its name.
func citations(page string) []cited {
	var all []cited
	for line := range strings.Lines(page) {
		place := ""
		for _, m := range quoted.FindAllStringSubmatch(line, -1) {
			if testName.MatchString(m[1]) {
				all = append(all, cited{place, m[1]})
			} else if _, err := os.Stat(m[1]); err == nil || strings.HasSuffix(m[1], "_test.go") {
				place = m[1]
			}
		}
	}
	return all
}

// has reports whether the package or file declares the test.
func (c cited) has(t *testing.T) bool {
	t.Helper()
	files := []string{c.place}
	if !strings.HasSuffix(c.place, ".go") {
		var err error
		files, err = filepath.Glob(filepath.Join(c.place, "*_test.go"))
		require.NoError(t, err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		tagged := strings.HasPrefix(string(source), "//go:build") // not run unless asked for
		if err == nil && !tagged && strings.Contains(string(source), "\nfunc "+c.test+"(") {
			return true
		}
	}
	return false
}

// A promise is worth what its test is: each that a page names is there.
func TestEveryTestThatAPageNamesExists(t *testing.T) {
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		named := citations(string(text))
		for _, c := range named {
			if c.place == "" {
				t.Errorf("%s names %s without the package before it on the line", page, c.test)
			} else if !c.has(t) {
				t.Errorf("%s names %s, which %s does not have", page, c.test, c.place)
			}
		}
		switch page {
		case "SECURITY.md", "docs/threat-model.md", "docs/standards.md", "docs/lessons.md":
			require.NotEmpty(t, named, "%s shows its promises by tests", page)
		}
	}
}

// All 25 lessons have a row, and each row a test.
func TestEveryLessonHasATest(t *testing.T) {
	page, err := os.ReadFile("docs/lessons.md")
	require.NoError(t, err)
	rows := regexp.MustCompile(`(?m)^\| (\d+) \|.*$`).FindAllString(string(page), -1)
	require.Len(t, rows, 25)
	for _, row := range rows {
		require.NotEmpty(t, citations(row), row)
	}
}

// A fuzz target that the page does not tell of is not one that anybody runs.
func TestEveryFuzzTargetIsListed(t *testing.T) {
	page, err := os.ReadFile("docs/threat-model.md")
	require.NoError(t, err)
	listed := make(map[cited]bool)
	for _, c := range citations(string(page)) {
		listed[c] = true
	}
	declared := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)
	found := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(source, -1) {
			found++
			if c := (cited{filepath.ToSlash(filepath.Dir(path)), string(m[1])}); !listed[c] {
				t.Errorf("docs/threat-model.md does not list %s of %s", c.test, c.place)
			}
		}
		return err
	}))
	require.Greater(t, found, 12)
}

// Links to files, headings of them, and pages named without a link.
func TestLinksLeadSomewhere(t *testing.T) {
	followed := 0
	for _, page := range pages(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, path := range docsPath.FindAllString(string(text), -1) {
			require.FileExists(t, path, "%s names it", page)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			path, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			_, err := os.Stat(target)
			require.NoError(t, err, "%s links to %s", page, m[1])
			if anchor != "" {
				require.Contains(t, anchors(t, target), anchor, "%s links to %s", page, m[1])
			}
			followed++
		}
	}
	require.NotZero(t, followed)
}

// anchors are those that headings of a page have.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	var all []string
	for _, m := range heading.FindAllStringSubmatch(string(text), -1) {
		all = append(all, strings.ReplaceAll(noSlug.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}
