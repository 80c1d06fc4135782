package main

import (
	"context"
	"flag"
	"strings"
)

// command is an entry of the table that the program, its usage text and the
// completion of shells are made from.
type command struct {
	name  string // one word or two
	args  string // what follows the flags; in brackets what may be left out
	about string // one line
	more  string // what its own page says beside that

	// setup declares the flags and returns what is done once they are read.
	setup func(t *tool, flags *flag.FlagSet) action
}

type action func(ctx context.Context, args []string) error

// commands is the table.
func commands() []command {
	return []command{
		{"user add", "", "adds a user", passwordText, (*tool).addUser},
		{"user list", "", "prints a user a line, the username first", "", (*tool).listUsers},
		{"user disable", "U", "shuts an account and ends its sessions", userText, onUser("disable", disable)},
		{"user enable", "U", "opens an account again", userText, onUser("enable", enable)},
		{"user delete", "U", "removes an account and ends its sessions", userText, onUser("delete", remove)},
		{"user unlock", "U", "forgets the failed logins", userText, onUser("unlock", unlock)},
		{"user role", "U ROLE", "gives the role user, admin or super_admin", userText, onUser("role", setRole)},
		{"user passwd", "U", "sets a password and ends the sessions", userText + "\n\n" + passwordText, onUser("passwd", passwd)},
		{"user logout", "U", "ends the sessions", userText, onUser("logout", logout)},
		{"user import", "FILE", "adds the accounts of a file, with the hashes they have", importText, (*tool).importUsers},
		{"user export", "[FILE]", "writes all accounts in the form that import reads", exportText, (*tool).exportUsers},
		{"sessions list", "U", "prints a live session a line, the newest first", userText, (*tool).listSessions},
		{"sessions end", "ID", "ends one session", "ID is what sessions list prints first. It is no token: it opens nothing.", (*tool).endSession},
		{"audit", "", "prints the latest events, the newest last", "", (*tool).audit},
		{"migrate", "", "brings the tables up to date", migrateText, (*tool).migrate},
		{"doctor", "", "looks for what is wrong, a line each with its remedy", doctorText, (*tool).doctor},
		{"key new", "", "prints a new signing key", "", (*tool).newKey},
		{"completion", "SHELL", "prints the completion script of bash, zsh or fish", completionText, (*tool).completion},
		{"help", "[COMMAND...]", "says what there is, or all about a command", "", (*tool).help},
	}
}

// groups are the first words of commands of two, in the order of the table.
func groups() (all []string) {
	for _, c := range commands() {
		first, _, two := strings.Cut(c.name, " ")
		if two && (len(all) == 0 || all[len(all)-1] != first) {
			all = append(all, first)
		}
	}
	return all
}

// members are the commands of a group, or those that begin with the word.
func members(group string) (all []command) {
	for _, c := range commands() {
		if first, _, _ := strings.Cut(c.name, " "); first == group {
			all = append(all, c)
		}
	}
	return all
}

const (
	userText = `U is a username or an e-mail. Behind "--" it may begin with a hyphen.`

	passwordText = `The password is asked for at the terminal, or is one line of standard input.`

	importText = `FILE, or "-" for standard input, is CSV with a line of column names, or JSONL.
The names are id, username, email, name, organization, aws_region, role,
is_active, created_at, updated_at, last_login and password_hash; only username
is required. A row that cannot be added is reported with its line and kept as it
was in the -rejected file, and the others are added. An import that was
interrupted is run again as it was: what is there already is passed over.

FORMS are the hashes to take beside argon2id: bcrypt, scrypt, argon2i, argon2id
and django, separated by commas, each with the highest cost to read if it is not
that of bcrypt:12,scrypt:16/8/1,argon2i:65536/3/4,argon2id:131072/6/4,django:1000000
The server needs the same ones: quickstart -hashes.`

	exportText = `FILE is a new one that only its owner can read; without it, or for "-", it is
standard output, in JSONL if nothing else is said. Hashes can be guessed at for
as long as one likes by whoever has the file: without -with-hashes it moves
people, and they set new passwords.`

	migrateText = `-check changes nothing and exits with 1 when a migration is due. -export writes
the migrations for a tool of your own: to DIR, a file each, or to standard output
for "-". It needs the DSN for the dialect only and connects to nothing; a file
that is there already is left alone if it is the same, and else refused.`

	doctorText = `Exits with 1 if something is wrong; a warning alone is no failure. -addr,
-cookie, -trusted-proxies and -hashes are what the servers have, and the key is
read where they read it: SALLYPORT_JWT_SECRET, SALLYPORT_JWT_SECRET_FILE, or the
file beside SQLite. On a terminal, what is well has a line too.`

	completionText = `  bash   source <(authctl completion bash)
  zsh    source <(authctl completion zsh)      after compinit
  fish   authctl completion fish | source`
)
