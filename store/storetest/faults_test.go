package storetest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// fault is a store that breaks one promise, and the case that must see it.
type fault struct {
	seen string
	open func() auth.Store
}

// faults are mistakes that backends make, each planted in a sound store.
var faults = map[string]fault{
	"login found by folded name":        {"Users/exact/username/case", func() auth.Store { return foldingLogin{memory.New()} }},
	"read by folded name":               {"Reads/exact/username/case", func() auth.Store { return foldingLogin{memory.New()} }},
	"username unique by check then act": {"Users/create/username_race", func() auth.Store { return checkedCreate{memory.New()} }},
	"roles corrected":                   {"Users/fields/role/unknown", func() auth.Store { return correctedRole{memory.New()} }},
	"times in whole seconds":            {"Users/fields/times/microseconds", func() auth.Store { return wholeSeconds{memory.New()} }},
	"quotes escaped":                    {"Users/fields/text/quotes", func() auth.Store { return escapedText{memory.New()} }},
	"deleted softly":                    {"Users/delete/gone", func() auth.Store { return softDelete{memory.New()} }},
	"page begins with the last one":     {"Users/list/pages", func() auth.Store { return inclusivePage{memory.New()} }},
	"page by offset":                    {"Users/list/pages_with_inserts", func() auth.Store { return &offsetPage{Store: memory.New()} }},
	"IfHash ignored":                    {"Users/if_hash/another", func() auth.Store { return swapIgnored{memory.New()} }},
	"IfHash by check then act":          {"Users/if_hash/race", func() auth.Store { return checkedSwap{memory.New()} }},
	"update in two steps":               {"Users/update/username_taken", func() auth.Store { return halfUpdate{memory.New()} }},
	"nil fields blanked":                {"Users/update/field/role", func() auth.Store { return blankedFields{memory.New()} }},
	"unchanged row taken for none":      {"Users/update/same_values", func() auth.Store { return affectedRows{memory.New()} }},
	"bootstrap when the table is empty": {"Users/bootstrap/after_its_delete", func() auth.Store { return emptyBootstrap{memory.New()} }},
	"bootstrap by check then act":       {"Users/bootstrap/race", func() auth.Store { return emptyBootstrap{memory.New()} }},
	"login moves UpdatedAt":             {"Users/record_login/sets", func() auth.Store { return recordedUpdate{memory.New()} }},
	"upgrade whatever the hash":         {"Users/upgrade/another", func() auth.Store { return blindUpgrade{memory.New()} }},

	"one taken loses the import":     {"Users/import/username_taken", func() auth.Store { return allOrNothing{memory.New()} }},
	"an e-mail loses the import":     {"Users/import/email_taken", func() auth.Store { return emailsIgnored{memory.New()} }},
	"import replaces":                {"Users/import/username_taken", func() auth.Store { return replacing{memory.New()} }},
	"import by check then act":       {"Users/import/race", func() auth.Store { return checkedImport{memory.New()} }},
	"import blind to its own":        {"Users/import/twice_in_one", func() auth.Store { return unread{memory.New()} }},
	"import leaves no mark":          {"Users/import/mark", func() auth.Store { return &unmarked{Store: memory.New()} }},
	"import half done":               {"Users/import/cancelled", func() auth.Store { return halfImport{memory.New()} }},
	"import of one statement":        {"Users/import/many", func() auth.Store { return firstHundred{memory.New()} }},
	"accounts listed without hashes": {"Users/list_accounts/equal", func() auth.Store { return hashless{memory.New()} }},

	"expired session returned":      {"Sessions/by_id/expired", func() auth.Store { return keepingSessions() }},
	"touch revives":                 {"Sessions/touch/ended", func() auth.Store { return revivingTouch{keepingSessions()} }},
	"touch moves back":              {"Sessions/touch/never_back", func() auth.Store { return blindTouch{memory.New()} }},
	"session ID taken over":         {"Sessions/create/id_in_use", func() auth.Store { return upsertSession{memory.New()} }},
	"ending again is an error":      {"Sessions/end/idempotent", func() auth.Store { return strictEnd{memory.New()} }},
	"exceptID ignored":              {"Sessions/end_user/except_one", func() auth.Store { return exceptIgnored{memory.New()} }},
	"empty exceptID ends none":      {"Sessions/end_user/all", func() auth.Store { return emptyExcept{memory.New()} }},
	"restamped whatever the stamp":  {"Sessions/restamp/from_alone", func() auth.Store { return blindRestamp{memory.New()} }},
	"oldest session first":          {"Sessions/by_user/newest_first", func() auth.Store { return oldestFirst{memory.New()} }},
	"one session shared by readers": {"Sessions/values/returned", func() auth.Store { return &sharedSession{Store: memory.New()} }},

	"attempts under way not counted": {"Throttle/crowd/wrong", func() auth.Store { return &countedLater{Store: memory.New()} }},
	"undecided taken for denied":     {"Throttle/crowd/right", func() auth.Store { return neverUndecided{memory.New()} }},
	"denied taken for undecided":     {"Throttle/reserve/denied_with_pending", func() auth.Store { return neverDenied{memory.New()} }},
	"retry after nothing":            {"Throttle/reserve/retry_after", func() auth.Store { return retryNow{memory.New()} }},
	"keys folded":                    {"Throttle/reserve/keys_apart", func() auth.Store { return foldedKeys{memory.New()} }},
	"epoch ignored":                  {"Throttle/window/late_settle", func() auth.Store { return &epochIgnored{Store: memory.New()} }},
	"right password forgives":        {"Throttle/settle/own_slot_alone", func() auth.Store { return forgivingSettle{memory.New()} }},
	"slot settled twice":             {"Throttle/settle/again", func() auth.Store { return settledAgain{memory.New(), map[auth.Reservation]int{}} }},
	"crash is free":                  {"Throttle/lease/late_settle_first", func() auth.Store { return longLease{memory.New()} }},
	"forget by mere prefix":          {"Throttle/forget/no_mere_prefix", func() auth.Store { return &prefixForget{Store: memory.New()} }},
	"forget the key alone":           {"Throttle/forget/below", func() auth.Store { return flatKeys{memory.New()} }},

	"identity cached":               {"Identity/user_changed", func() auth.Store { return &cachedIdentity{Store: memory.New()} }},
	"identity of a deleted user":    {"Identity/user_deleted", func() auth.Store { return &cachedIdentity{Store: memory.New()} }},
	"user not found by its session": {"Identity/user_deleted", func() auth.Store { return wrongIdentity{memory.New()} }},
}

// plant names the fault for the child process that runs the suite on it.
const plant = "STORETEST_PLANT"

// Each fault has the suite fail, in the case that is about it and in words.
func TestSuiteSeesFaults(t *testing.T) {
	if os.Getenv(plant) != "" {
		t.Skip("a child runs TestFaulty alone")
	}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			out, err := runSuite(t, name, f.seen)
			if err == nil {
				t.Fatalf("storetest found no fault in a store with one: %s", name)
			}
			for _, want := range []string{"--- FAIL: TestFaulty/" + f.seen + " ", "broken promise: ", "got: "} {
				if !strings.Contains(out, want) {
					t.Fatalf("want %q in what the suite says of %s:\n%s", want, name, out)
				}
			}
		})
	}
}

// Without a fault the same child passes: it is the fault that is seen.
func TestSuitePassesSoundStore(t *testing.T) {
	for _, part := range []string{"Users", "Reads", "Sessions", "Throttle", "Identity"} {
		if out, err := runSuite(t, "none", part+"/."); err != nil {
			t.Errorf("storetest failed a sound store: %v\n%s", err, out)
		}
	}
}

// TestFaulty is the suite on one planted fault, in a child process: a test
// cannot expect its own subtests to fail.
func TestFaulty(t *testing.T) {
	name := os.Getenv(plant)
	if name == "" {
		t.Skip("only in a child of TestSuiteSeesFaults")
	}
	open := func(*testing.T) auth.Store {
		if name == "none" {
			return memory.New()
		}
		return faults[name].open()
	}
	storetest.Run(t, open)
	t.Run("Reads", func(t *testing.T) {
		storetest.Reads(t, func(t *testing.T) (auth.UserStore, func(*auth.Account) error) {
			s := open(t).(auth.AccountStore)
			return s, func(a *auth.Account) error { return s.CreateAccount(t.Context(), a) }
		})
	})
}

// runSuite runs the group of cases that one belongs to, such as
// Users/if_hash, on a fault.
func runSuite(t *testing.T, name, seen string) (output string, err error) {
	t.Helper()
	part, group, _ := strings.Cut(seen, "/")
	group, _, _ = strings.Cut(group, "/")
	child := exec.CommandContext(t.Context(), os.Args[0],
		"-test.v", "-test.run", "^TestFaulty$/^"+part+"$/^"+group)
	child.Env = append(os.Environ(), plant+"="+name)
	out, err := child.CombinedOutput()
	return string(out), err
}
