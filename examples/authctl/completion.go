package main

import (
	"context"
	"flag"
	"strings"
)

// completion prints the script of a shell. The three walk the words that are
// typed already in the same way, by what the table says.
func (t *tool) completion(*flag.FlagSet) action {
	return func(_ context.Context, args []string) error {
		script, known := completionScripts[args[0]]
		if !known {
			return misuse("completion", "no shell %q: bash, zsh or fish", args[0])
		}
		return t.print(script(candidates()))
	}
}

var completionScripts = map[string]func(*words) string{"bash": bashScript, "zsh": zshScript, "fish": fishScript}

// words is what there is to type. A place is a command as far as it is typed, a
// colon, and the flag before, the number of the argument, or "-" for a flag.
type words struct {
	enters [][2]string // a place and the command that one is in behind it
	valued []string    // the flags that take a value, as places
	offers []offer
}

// offer is what may stand at a place: words, or the name of a file.
type offer struct {
	place string
	words []string
	files bool
}

// argWords are the arguments that are one of some words.
var argWords = map[string][]string{"ROLE": {"user", "admin", "super_admin"}, "SHELL": {"bash", "zsh", "fish"}}

// candidates reads them off the table.
func candidates() *words {
	w := new(words)
	first := append(groups(), singles()...)
	w.offers = append(w.offers, offer{place: ":0", words: first}, offer{place: "help:0", words: first})
	w.addFlags("", new(tool).globalFlags())
	for _, group := range groups() {
		var verbs []string
		for _, c := range members(group) {
			verbs = append(verbs, strings.TrimPrefix(c.name, group+" "))
		}
		w.enters = append(w.enters, [2]string{":" + group, group}, [2]string{"help:" + group, "help " + group})
		w.offers = append(w.offers, offer{place: group + ":0", words: verbs}, offer{place: "help " + group + ":0", words: verbs})
	}
	for _, c := range commands() {
		group, verb, two := strings.Cut(c.name, " ")
		if !two {
			group, verb = "", c.name
		}
		w.enters = append(w.enters, [2]string{group + ":" + verb, c.name})
		names := w.addFlags(c.name, c.flags())
		if c.args == "" {
			w.offers = append(w.offers, offer{place: c.name + ":0", words: names})
		}
		for i, arg := range strings.Fields(c.args) {
			w.add(c.name+":"+string(rune('0'+i)), strings.Trim(arg, "[]"))
		}
	}
	return w
}

// singles are the commands of one word.
func singles() (all []string) {
	for _, c := range commands() {
		if !strings.Contains(c.name, " ") {
			all = append(all, c.name)
		}
	}
	return all
}

// addFlags adds those of a command, and what is typed behind each.
func (w *words) addFlags(command string, flags *flag.FlagSet) (names []string) {
	names = []string{"-help"}
	flags.VisitAll(func(f *flag.Flag) {
		names = append(names, "-"+f.Name)
		if isBool(f) {
			return
		}
		place := command + ":-" + f.Name
		w.valued = append(w.valued, place)
		value, _ := flag.UnquoteUsage(f)
		w.add(place, value)
	})
	w.offers = append(w.offers, offer{place: command + ":-", words: names})
	return names
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// add adds what may stand for a value by the name it has in a usage text.
func (w *words) add(place, value string) {
	switch {
	case strings.Contains(value, "|"):
		w.offers = append(w.offers, offer{place: place, words: strings.Split(value, "|")})
	case argWords[value] != nil:
		w.offers = append(w.offers, offer{place: place, words: argWords[value]})
	case value == "FILE" || value == "DIR":
		w.offers = append(w.offers, offer{place: place, files: true})
	}
}
