package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// typed is a line as far as it is typed, and what it can go on with.
type typed struct {
	line string
	next []string
}

// typings are a line for every command, every flag of it, and what is behind
// some of them.
func typings() (all []typed) {
	for _, c := range commands() {
		all = append(all, typed{"authctl " + c.name, []string{last(c.name)}},
			typed{"authctl -db sqlite:a=b -sessions redis://x:1/0 help " + c.name, []string{last(c.name)}})
		c.flags().VisitAll(func(f *flag.Flag) {
			all = append(all, typed{"authctl " + c.name + " -" + f.Name, []string{"-" + f.Name}})
		})
	}
	roles := []string{"admin", "super_admin", "user"}
	return append(all,
		typed{"authctl -", []string{"-db", "-help", "-sessions"}},
		typed{"authctl sessions ", []string{"end", "list"}},
		typed{"authctl --db user se", []string{"sessions"}},
		typed{"authctl user role ", nil},
		typed{"authctl user role john ", roles},
		typed{"authctl user role user a", []string{"admin"}},
		typed{"authctl user add -name user -role ", roles},
		typed{"authctl user add --role s", []string{"super_admin"}},
		typed{"authctl user add -json -role ", roles},
		typed{"authctl user add -name ", nil},
		typed{"authctl user import -format ", []string{"csv", "jsonl"}},
		typed{"authctl completion ", []string{"bash", "fish", "zsh"}},
		typed{"authctl key new ", []string{"-help"}},
		typed{"authctl frob", nil},
	)
}

func last(name string) string {
	words := strings.Fields(name)
	return words[len(words)-1]
}

// shell skips the test where a shell is missing, unless all are required, and
// writes its completion script beside a file to complete.
func shell(t *testing.T, name string) (dir string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		require.NotEqual(t, "1", os.Getenv("SALLYPORT_TEST_REQUIRE"), "%s is not installed, and SALLYPORT_TEST_REQUIRE=1 asks for it", name)
		t.Skipf("%s is not installed", name)
	}
	dir = t.TempDir()
	script, stderr, code := process(t, "memory:", "", "completion", name)
	require.Zero(t, code, stderr)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "script"), []byte(script), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "some file.csv"), nil, 0o600))
	return dir
}

// completes runs a shell that reads lines and prints what each can go on with, in a
// line of words that end in "|".
func completes(t *testing.T, dir string, all []typed, program string, args ...string) {
	t.Helper()
	var lines []string
	for _, one := range all {
		lines = append(lines, one.line)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir)
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	require.Len(t, answers, len(all), string(out))
	for i, one := range all {
		var next []string
		for _, word := range strings.Split(answers[i], "|") {
			if word != "" {
				next = append(next, word)
			}
		}
		if one.next == nil {
			require.Empty(t, next, one.line)
		} else if strings.HasSuffix(one.line, " ") || strings.HasSuffix(one.line, " -") {
			require.ElementsMatch(t, one.next, next, one.line)
		} else {
			require.Contains(t, next, one.next[0], one.line)
		}
	}
}

func TestBashCompletes(t *testing.T) {
	dir := shell(t, "bash")
	completes(t, dir, append(typings(), typed{"authctl user import so", []string{"some file.csv"}}), "bash", "--norc", "-c", `
		source ./script
		while IFS= read -r COMP_LINE; do
			COMP_POINT=${#COMP_LINE} COMPREPLY=()
			_authctl
			printf '%s|' "${COMPREPLY[@]}"
			echo
		done`)
}

func TestFishCompletes(t *testing.T) {
	dir := shell(t, "fish")
	completes(t, dir, append(typings(), typed{"authctl user import so", []string{"some file.csv"}}), "fish", "--no-config", "-c", `
		source ./script
		while read -l line
			printf '%s\n' (complete -C "$line" | string replace -r '\t.*' '' | string replace -r '$' '|' | string unescape | string join '')
		end`)
}

// zsh completes in its line editor alone: each line is typed in one, less its
// last character, completed by Tab, and what is run in the end is looked at.
func TestZshCompletes(t *testing.T) {
	dir := shell(t, "zsh")
	var lines, want []string
	for _, one := range append(typings(), typed{"authctl user import som", []string{"some file.csv"}}) {
		if len(one.next) != 1 || strings.HasSuffix(one.line, " ") {
			continue
		}
		words := strings.Fields(one.line)
		words[len(words)-1] = one.next[0]
		lines, want = append(lines, one.line), append(want, strings.Join(words[1:], "|"))
	}
	cmd := exec.Command("zsh", "-f", "-c", `
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z 'PS1= RPS1=; setopt nobeep; autoload -Uz compinit; compinit -u -D; source ./script; authctl() { print -r -- "RAN[${(j:|:)@}]" }; print REA""DY'
		zpty -r -m z got '*READY*'
		while IFS= read -r line; do
			zpty -w -n z "$line"$'\t\n'
			zpty -r -m z got '*RAN\[*\]*'
			print -r -- ${${got##*RAN\[}%%\]*}
		done`)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "TERM=dumb")
	cmd.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	got := strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out), "\r", "")), "\n")
	require.Equal(t, want, got)
}
