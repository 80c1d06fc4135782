package main

import (
	"fmt"
	"strings"
)

// The scripts hold no word but those of the table, which have neither quotes
// nor spaces within.

// bashScript reads the line itself: bash breaks words at ":" and "=" too.
func bashScript(w *words) string {
	return `# source <(authctl completion bash)
_authctl() {
	local line=${COMP_LINE:0:COMP_POINT} typed at= n=0 skip= word list= files= cur prev place
	read -ra typed <<<"$line"
	[[ $line == *[[:space:]] ]] && typed+=("")
	cur=${typed[${#typed[@]}-1]} prev=${typed[${#typed[@]}-2]}
	for word in "${typed[@]:1:${#typed[@]}-2}"; do
` + posixWalk(w) + `	done
` + posixOffers(w) + `	if [[ $files ]]; then
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	else
		COMPREPLY=($(compgen -W "$list" -- "$cur"))
	fi
}
complete -F _authctl authctl
`
}

func zshScript(w *words) string {
	return `#compdef authctl
# source <(authctl completion zsh), after compinit
_authctl() {
	local at= n=0 skip= word list= files= place
	local cur=${words[CURRENT]} prev=${words[CURRENT-1]}
	for word in "${(@)words[2,CURRENT-1]}"; do
` + posixWalk(w) + `	done
` + posixOffers(w) + `	if [[ -n $files ]]; then
		_files
	else
		compadd -- ${=list}
	fi
}
if [[ ${funcstack[1]} == _authctl ]]; then
	_authctl "$@"
else
	compdef _authctl authctl
fi
`
}

// posixWalk goes over a word that is typed: at is the command, n counts its
// arguments, skip says that a value is due.
func posixWalk(w *words) string {
	var b strings.Builder
	b.WriteString("\t\tif [[ -n $skip ]]; then skip=; continue; fi\n\t\t[[ $word == --?* ]] && word=${word#-}\n\t\tcase \"$at:$word\" in\n")
	fmt.Fprintf(&b, "\t\t%s) skip=1 ;;\n", quoted(w.valued, "|"))
	b.WriteString("\t\t*:-?*) ;;\n")
	for _, e := range w.enters {
		fmt.Fprintf(&b, "\t\t%q) at=%q n=0 ;;\n", e[0], e[1])
	}
	b.WriteString("\t\t*) n=$((n + 1)) ;;\n\t\tesac\n")
	return b.String()
}

// posixOffers finds what may be typed now.
func posixOffers(w *words) string {
	var b strings.Builder
	b.WriteString("\tplace=$at:$n\n\t[[ $cur == -* ]] && place=$at:-\n\t[[ $prev == --?* ]] && prev=${prev#-}\n\t[[ -n $skip ]] && place=$at:$prev\n\tcase $place in\n")
	for _, o := range w.offers {
		if o.files {
			fmt.Fprintf(&b, "\t%q) files=1 ;;\n", o.place)
		} else {
			fmt.Fprintf(&b, "\t%q) list=%q ;;\n", o.place, strings.Join(o.words, " "))
		}
	}
	b.WriteString("\tesac\n")
	return b.String()
}

func fishScript(w *words) string {
	var b strings.Builder
	b.WriteString(`# authctl completion fish | source
function __authctl_words
	set -l at ''
	set -l n 0
	set -l skip ''
	set -l typed (commandline -opc)
	set -l cur (commandline -ct)
	for word in $typed[2..-1]
		if test -n "$skip"
			set skip ''
			continue
		end
		switch "$at:"(string replace -r -- '^--(?=.)' '-' "$word")
`)
	fmt.Fprintf(&b, "\t\t\tcase %s\n\t\t\t\tset skip 1\n\t\t\tcase '*:-*'\n", quoted(w.valued, " "))
	for _, e := range w.enters {
		fmt.Fprintf(&b, "\t\t\tcase '%s'\n\t\t\t\tset at '%s'\n\t\t\t\tset n 0\n", e[0], e[1])
	}
	b.WriteString(`			case '*'
				set n (math $n + 1)
		end
	end
	set -l place "$at:$n"
	string match -q -- '-*' "$cur"; and set place "$at:-"
	test -n "$skip"; and set place "$at:"(string replace -r -- '^--(?=.)' '-' "$typed[-1]")
	switch "$place"
`)
	for _, o := range w.offers {
		does := "printf '%s\\n' " + strings.Join(o.words, " ")
		if o.files {
			does = "__fish_complete_path \"$cur\""
		}
		fmt.Fprintf(&b, "\t\tcase '%s'\n\t\t\t%s\n", o.place, does)
	}
	b.WriteString("\tend\nend\ncomplete -c authctl -f -a '(__authctl_words)'\n")
	return b.String()
}

// quoted is words in single quotes.
func quoted(all []string, between string) string {
	return "'" + strings.Join(all, "'"+between+"'") + "'"
}
