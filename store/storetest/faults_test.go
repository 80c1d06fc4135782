package storetest_test

import (
	"database/sql"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

// fault is a store that breaks a promise, and the cases that must see it.
type fault struct {
	seen string // parted by spaces
	open func() auth.Store
}

// faults are mistakes that backends make, each planted in a sound store.
var faults = map[string]fault{
	"login found by folded name":      {"Users/exact/username/case", func() auth.Store { return foldingLogin{memory.New()} }},
	"read by folded name":             {"Reads/exact/username/case", func() auth.Store { return foldingLogin{memory.New()} }},
	"accents ignored":                 {"Users/exact/username/accent Reads/exact/names_apart", folded(unaccented)},
	"equivalents are equal":           {"Users/exact/username/width", folded(equivalent)},
	"padding ignored":                 {"Users/exact/username/trailing_space", folded(unpadded)},
	"login trimmed":                   {"Users/exact/username/leading_space", folded(strings.TrimSpace)},
	"case ignored":                    {"Users/exact/email/case Users/id/exact", collated(strings.EqualFold)},
	"login is a pattern":              {"Users/exact/username/percent Users/id/exact", collated(like)},
	"login in the statement":          {"Users/exact/username/quote", collated(pasted)},
	"empty e-mail is a name":          {"Users/login/empty Reads/login/empty", collated(equal)},
	"login by username alone":         {"Users/login/by_email Reads/login/by_email", finding(byUsername)},
	"login by e-mail alone":           {"Users/login/by_username Reads/login/by_username", finding(byEmail)},
	"matches counted twice":           {"Users/login/own_name_and_email_alike", finding(byOneColumn)},
	"not found is the driver's error": {"Users/login/unknown Users/id/unknown Reads/login/unknown Reads/id/unknown Sessions/by_id/unknown Identity/unknown", func() auth.Store { return notFound{memory.New(), sql.ErrNoRows} }},
	"not found is nil and nil":        {"Users/login/unknown Users/id/unknown Sessions/by_id/unknown Identity/unknown", func() auth.Store { return notFound{memory.New(), nil} }},
	"nobody without an e-mail":        {"Users/fields/no_email", func() auth.Store { return nullEmail{memory.New()} }},
	"no rows are an error":            {"Users/list/empty Sessions/by_user/none", func() auth.Store { return emptyLists{memory.New()} }},
	"cancelled read finds nothing":    {"Users/cancelled/reads Sessions/cancelled/reads Identity/cancelled", func() auth.Store { return goneIsEmpty{memory.New()} }},
	"found when asked again":          {"Users/create/at_once Sessions/create/at_once Sessions/create/and_end_race", func() auth.Store { return lagging{memory.New(), new(sync.Map)} }},
	"one account shared by readers":   {"Users/values/returned", func() auth.Store { return sharedAccount{memory.New(), new(sync.Map)} }},
	"no stamp by ID":                  {"Users/id/found Reads/id/found Identity/equal", func() auth.Store { return unstamped{memory.New()} }},
	"stamp of the row":                {"Users/update/stamp Users/update/stamp_returns Users/upgrade/stamp", func() auth.Store { return stampOfRow{memory.New()} }},

	"roles corrected":           {"Users/fields/role/unknown", accounts(correctRole)},
	"times in whole seconds":    {"Users/fields/times/microseconds Sessions/fields/times/microseconds", times(wholeSeconds)},
	"quotes escaped":            {"Users/fields/text/quotes Sessions/fields/user_agent/quotes", texts(replaced("'", "''"))},
	"empty is NULL":             {"Users/fields/text/empty Sessions/fields/user_agent/empty", texts(nulled)},
	"Latin-1":                   {"Users/fields/text/unicode Sessions/fields/user", texts(upTo(unicode.MaxLatin1))},
	"three bytes of UTF-8":      {"Users/fields/text/emoji Sessions/fields/user_agent/emoji", texts(upTo('\uffff'))},
	"backslashes taken away":    {"Users/fields/text/backslashes Sessions/fields/user_agent/backslashes", texts(replaced(`\`, ""))},
	"wildcards escaped":         {"Users/fields/text/wildcards Sessions/fields/user_agent/wildcards", texts(replaced("%", "%%"))},
	"text trimmed":              {"Users/fields/text/outer_spaces Sessions/fields/user_agent/outer_spaces", texts(strings.TrimSpace)},
	"text cut short":            {"Users/fields/long_names Users/fields/hash Sessions/fields/user_agent/long", texts(short)},
	"text in lower case":        {"Users/fields/all Sessions/fields/stamp", texts(strings.ToLower)},
	"times without a zone":      {"Users/fields/times/zone Sessions/fields/times/zone", times(wallClock)},
	"times since 1970":          {"Users/fields/times/zero Sessions/fields/times/zero", times(since1970)},
	"active by default":         {"Users/fields/inactive", accounts(activeByDefault)},
	"roles by wrong number":     {"Users/fields/role/user Users/fields/role/admin Users/fields/role/super_admin", accounts(numberedRole)},
	"addresses in 16 bytes":     {"Sessions/fields/remote/ipv4", remotes(in16Bytes)},
	"IPv4 alone":                {"Sessions/fields/remote/ipv6", remotes(ipv4Alone)},
	"mapped addresses unmapped": {"Sessions/fields/remote/ipv6_mapped", remotes(netip.Addr.Unmap)},
	"addresses without zone":    {"Sessions/fields/remote/ipv6_zone", remotes(unzoned)},
	"no address is 0.0.0.0":     {"Sessions/fields/remote/none", remotes(unspecified)},

	"username unique by check then act":  {"Users/create/username_race Users/create/email_race", func() auth.Store { return checkedCreate{memory.New()} }},
	"deleted softly":                     {"Users/delete/gone", func() auth.Store { return softDelete{memory.New()} }},
	"delete of none":                     {"Users/delete/unknown Users/delete/race", func() auth.Store { return noneDeleted{memory.New()} }},
	"delete of too many":                 {"Users/delete/others_stay", func() auth.Store { return deletedFrom{memory.New()} }},
	"delete half done":                   {"Users/cancelled/delete", func() auth.Store { return halfDelete{memory.New()} }},
	"deleted names stay taken":           {"Users/delete/names_are_free", func() auth.Store { return keptNames{memory.New(), new(sync.Map)} }},
	"page from a user who must be there": {"Users/list/after_gone", func() auth.Store { return pageFrom{memory.New()} }},
	"page begins with the last one":      {"Users/list/pages", func() auth.Store { return inclusivePage{memory.New()} }},
	"page by offset":                     {"Users/list/pages_with_inserts", func() auth.Store { return &offsetPage{Store: memory.New()} }},
	"IfHash ignored":                     {"Users/if_hash/another", func() auth.Store { return swapIgnored{memory.New()} }},
	"IfHash folded":                      {"Users/if_hash/exact", func() auth.Store { return foldedHash{memory.New()} }},
	"update half done":                   {"Users/cancelled/update", func() auth.Store { return roleFirst{memory.New()} }},
	"IfHash by check then act":           {"Users/if_hash/race", func() auth.Store { return checkedSwap{memory.New()} }},
	"update in two steps":                {"Users/update/username_taken", func() auth.Store { return halfUpdate{memory.New()} }},
	"nil fields blanked":                 {"Users/update/field/role", func() auth.Store { return blankedFields{memory.New()} }},
	"unchanged row taken for none":       {"Users/update/same_values", func() auth.Store { return affectedRows{memory.New()} }},
	"bootstrap when the table is empty":  {"Users/bootstrap/after_its_delete", func() auth.Store { return emptyBootstrap{memory.New()} }},
	"bootstrap by check then act":        {"Users/bootstrap/race", func() auth.Store { return emptyBootstrap{memory.New()} }},
	"login moves UpdatedAt":              {"Users/record_login/sets", func() auth.Store { return recordedUpdate{memory.New()} }},
	"upgrade whatever the hash":          {"Users/upgrade/another", func() auth.Store { return blindUpgrade{memory.New()} }},
	"taken names ignored":                {"Users/create/username_taken Users/create/email_taken Users/create/id_taken Users/login/username_is_anothers_email", func() auth.Store { return insertIgnore{memory.New()} }},
	"empty e-mail unique":                {"Users/create/no_email_twice", func() auth.Store { return emptyIsUnique{memory.New(), new(atomic.Bool)} }},
	"table locked by another":            {"Users/create/race_apart", func() auth.Store { return lockedTable{memory.New(), new(sync.Mutex)} }},
	"create half done":                   {"Users/cancelled/create", func() auth.Store { return halfCreate{memory.New()} }},
	"pointer to an account kept":         {"Users/values/given", func() auth.Store { return pointedAccount{memory.New(), new(sync.Map)} }},
	"limit ignored":                      {"Users/list/limit", func() auth.Store { return limitIgnored{memory.New()} }},
	"users by name":                      {"Users/list/order", func() auth.Store { return byName{memory.New()} }},
	"first names for ever":               {"Users/update/renamed", func() auth.Store { return firstNames{memory.New(), new(sync.Map)} }},
	"update not committed":               {updatedFields, func() auth.Store { return nothingUpdated{memory.New()} }},
	"update of none":                     {"Users/update/unknown", func() auth.Store { return noneUpdated{memory.New()} }},
	"update of all":                      {"Users/update/others_stay", func() auth.Store { return allUpdated{memory.New()} }},
	"empty fields stay":                  {"Users/update/email_emptied Users/update/field/name_emptied", func() auth.Store { return emptyStays{memory.New()} }},
	"new name by check then act":         {"Users/update/name_race", func() auth.Store { return checkedUpdate{memory.New()} }},
	"row read and written back":          {"Users/update/fields_race Users/record_login/race", func() auth.Store { return wholeRow{memory.New()} }},
	"bootstrap of a plain user":          {"Users/bootstrap/first", func() auth.Store { return demotedBootstrap{memory.New()} }},
	"bootstrap without a mark":           {"Users/bootstrap/second", func() auth.Store { return boldBootstrap{memory.New()} }},
	"create leaves no mark":              {"Users/bootstrap/after_create", func() auth.Store { return ownMark{memory.New(), new(atomic.Bool)} }},
	"mark rolled back":                   {"Users/bootstrap/after_refused_create", func() auth.Store { return rolledMark{memory.New(), new(atomic.Bool)} }},
	"mark before the account":            {"Users/cancelled/bootstrap", func() auth.Store { return earlyMark{memory.New(), new(atomic.Bool)} }},
	"login makes a user":                 {"Users/record_login/unknown", func() auth.Store { return upsertLogin{memory.New()} }},
	"nobody upgraded is another hash":    {"Users/upgrade/unknown", func() auth.Store { return noneUpgraded{memory.New()} }},
	"upgrade moves UpdatedAt":            {"Users/upgrade/holds", func() auth.Store { return datedUpgrade{memory.New()} }},

	"one taken loses the import":       {"Users/import/username_taken", func() auth.Store { return allOrNothing{memory.New()} }},
	"an e-mail loses the import":       {"Users/import/email_taken", func() auth.Store { return emailsIgnored{memory.New()} }},
	"import replaces":                  {"Users/import/username_taken", func() auth.Store { return replacing{memory.New()} }},
	"import by check then act":         {"Users/import/race", func() auth.Store { return checkedImport{memory.New()} }},
	"import blind to its own":          {"Users/import/twice_in_one", func() auth.Store { return unread{memory.New()} }},
	"import leaves no mark":            {"Users/import/mark", func() auth.Store { return &unmarked{Store: memory.New()} }},
	"import half done":                 {"Users/import/cancelled", func() auth.Store { return halfImport{memory.New()} }},
	"import of one statement":          {"Users/import/many", func() auth.Store { return firstHundred{memory.New()} }},
	"accounts listed without hashes":   {"Users/list_accounts/equal", func() auth.Store { return hashless{memory.New()} }},
	"imported are active":              {"Users/import/adds", func() auth.Store { return activeImport{memory.New()} }},
	"import of none is a syntax error": {"Users/import/none", func() auth.Store { return noValues{memory.New()} }},
	"import writes NULL as text":       {"Users/import/no_email", func() auth.Store { return nulledImport{memory.New()} }},

	"expired session returned":      {"Sessions/by_id/expired Identity/expired", func() auth.Store { return keepingSessions() }},
	"touch revives":                 {"Sessions/touch/ended", func() auth.Store { return revivingTouch{keepingSessions()} }},
	"touch moves back":              {"Sessions/touch/never_back", func() auth.Store { return blindTouch{memory.New()} }},
	"session ID taken over":         {"Sessions/create/id_in_use", func() auth.Store { return upsertSession{memory.New()} }},
	"ending again is an error":      {"Sessions/end/idempotent", func() auth.Store { return strictEnd{memory.New()} }},
	"exceptID ignored":              {"Sessions/end_user/except_one", func() auth.Store { return exceptIgnored{memory.New()} }},
	"empty exceptID ends none":      {"Sessions/end_user/all", func() auth.Store { return emptyExcept{memory.New()} }},
	"restamped whatever the stamp":  {"Sessions/restamp/from_alone", func() auth.Store { return blindRestamp{memory.New()} }},
	"oldest session first":          {"Sessions/by_user/newest_first", func() auth.Store { return oldestFirst{memory.New()} }},
	"one session shared by readers": {"Sessions/values/returned", func() auth.Store { return &sharedSession{Store: memory.New()} }},
	"session IDs folded":            {"Sessions/by_id/exact Sessions/by_id/case Sessions/by_user/exact", func() auth.Store { return foldedIDs{memory.New(), new(sync.Map), new(sync.Map)} }},
	"pointer to a session kept":     {"Sessions/values/given", func() auth.Store { return pointedSession{memory.New(), new(sync.Map)} }},
	"sessions not listed":           {"Sessions/by_user/own Sessions/fields/user", func() auth.Store { return unlisted{memory.New()} }},
	"read from a replica":           {"Sessions/end/gone", func() auth.Store { return lateReader{memory.New(), new(sync.Map)} }},
	"expired sessions listed":       {"Sessions/by_user/live", func() auth.Store { return listedExpired{memory.New(), new(sync.Map)} }},
	"touch makes a session":         {"Sessions/touch/unknown Sessions/touch/expired", func() auth.Store { return upsertTouch{memory.New()} }},
	"touch by the minute":           {"Sessions/touch/forward", func() auth.Store { return touchByMinute{memory.New()} }},
	"all ended with one":            {"Sessions/end/others_stay", func() auth.Store { return endedWithOthers{memory.New()} }},
	"exceptID must be their own":    {"Sessions/end_user/except_unknown Sessions/end_user/except_anothers", func() auth.Store { return ownExcept{memory.New()} }},
	"no session to end is an error": {"Sessions/end_user/none", func() auth.Store { return noneEnded{memory.New()} }},
	"stamps folded":                 {"Sessions/restamp/exact", func() auth.Store { return foldedStamp{memory.New()} }},
	"user ended for good":           {"Sessions/end_user/later", func() auth.Store { return endedForGood{memory.New(), new(sync.Map)} }},
	"a hundred ended":               {"Sessions/end_user/many", func() auth.Store { return endedHundred{memory.New()} }},
	"restamp of all users":          {"Sessions/restamp/others_stay", func() auth.Store { return anyonesStamp{memory.New(), new(sync.Map)} }},
	"restamp revives":               {"Sessions/restamp/ended", func() auth.Store { return revivingRestamp{keepingSessions()} }},
	"restamp moves LastSeen":        {"Sessions/restamp/fields", func() auth.Store { return seenRestamp{memory.New()} }},
	"session half stored":           {"Sessions/cancelled/create", func() auth.Store { return halfSession{memory.New()} }},

	"attempts under way not counted": {"Throttle/crowd/wrong Throttle/crowd/mixed Throttle/crowd/slots Throttle/reserve/undecided", func() auth.Store { return &countedLater{Store: memory.New()} }},
	"undecided taken for denied":     {"Throttle/crowd/right", func() auth.Store { return neverUndecided{memory.New()} }},
	"denied taken for undecided":     {"Throttle/reserve/denied_with_pending", func() auth.Store { return neverDenied{memory.New()} }},
	"one attempt too many":           {"Throttle/reserve/to_the_limit", func() auth.Store { return oneMore{memory.New()} }},
	"keys cut short":                 {"Throttle/reserve/long_key", func() auth.Store { return shortKeys{memory.New()} }},
	"denials counted":                {"Throttle/reserve/denials_not_counted", func() auth.Store { return countedDenials{memory.New()} }},
	"limit of the first attempt":     {"Throttle/reserve/max_raised Throttle/reserve/max_lowered", func() auth.Store { return firstLimit{memory.New(), map[string]auth.Limit{}} }},
	"window begun again":             {"Throttle/reserve/window_stays", func() auth.Store { return wholeWindow{memory.New()} }},
	"retry after nothing":            {"Throttle/reserve/retry_after", func() auth.Store { return retryNow{memory.New()} }},
	"keys folded":                    {"Throttle/reserve/keys_apart", func() auth.Store { return foldedKeys{memory.New()} }},
	"epoch ignored":                  {"Throttle/window/late_settle Throttle/settle/other_epoch Throttle/forget/at_once", func() auth.Store { return &epochIgnored{Store: memory.New()} }},
	"right password forgives":        {"Throttle/settle/own_slot_alone Throttle/lease/late_settle Throttle/lease/next_attempt", func() auth.Store { return forgivingSettle{memory.New()} }},
	"slot settled twice":             {"Throttle/settle/again", func() auth.Store { return settledAgain{memory.New(), map[auth.Reservation]int{}} }},
	"crash is free":                  {"Throttle/lease/late_settle_first", func() auth.Store { return longLease{memory.New()} }},
	"forget by mere prefix":          {"Throttle/forget/no_mere_prefix", forgetting(strings.HasPrefix)},
	"forget the key alone":           {"Throttle/forget/below", func() auth.Store { return flatKeys{memory.New()} }},
	"refunds counted":                {"Throttle/settle/refund", func() auth.Store { return settledAs{memory.New(), true} }},
	"failures not counted":           {"Throttle/settle/failure Throttle/window/over", func() auth.Store { return settledAs{memory.New(), false} }},
	"oldest slot settled":            {"Throttle/settle/other_key Throttle/settle/zero", func() auth.Store { return &oldestSlot{Store: memory.New()} }},
	"failure makes a count":          {"Throttle/settle/unknown Throttle/forget/slots_are_void", func() auth.Store { return upsertFailure{memory.New(), map[string]bool{}} }},
	"row left of the last window":    {"Throttle/window/over", func() auth.Store { return leftRow{memory.New(), map[string]time.Time{}} }},
	"crash gives slots back":         {"Throttle/lease/over", func() auth.Store { return freeCrash{memory.New(), map[auth.Reservation]time.Time{}} }},
	"cancelled attempt fails":        {"Throttle/cancelled/reserve Throttle/cancelled/settle", func() auth.Store { return goneFails{memory.New()} }},
	"forget by pattern":              {"Throttle/forget/no_pattern", forgetting(likeBelow)},
	"forget by folded key":           {"Throttle/forget/case", forgetting(strings.EqualFold)},
	"nothing forgotten":              {"Throttle/forget/key Throttle/cancelled/forget", func() auth.Store { return forgottenLater{memory.New()} }},
	"nothing to forget is an error":  {"Throttle/forget/unknown", func() auth.Store { return noneForgotten{memory.New(), map[string]bool{}} }},

	"identity cached":               {"Identity/user_changed", func() auth.Store { return &cachedIdentity{Store: memory.New()} }},
	"identity of a deleted user":    {"Identity/user_deleted", func() auth.Store { return &cachedIdentity{Store: memory.New()} }},
	"user not found by its session": {"Identity/user_deleted", func() auth.Store { return wrongIdentity{memory.New()} }},
	"identity undated":              {"Identity/read_at", func() auth.Store { return untimedIdentity{memory.New()} }},
}

// updatedFields are the cases that set one field.
const updatedFields = "Users/update/field/username Users/update/field/email Users/update/field/name " +
	"Users/update/field/organization Users/update/field/region Users/update/field/role Users/update/field/active " +
	"Users/update/field/hash Users/update/field/hash_emptied Users/update/field/updated_at"

// plant names the fault for the child process that runs the suite on it.
const plant = "STORETEST_PLANT"

// narrow is how many cases a fault may fail and still be about each of them;
// one that fails more counts for those it names.
const narrow = 20

// tries are how often a fault is planted before it counts as unseen: some are
// races, and not every run loses them.
const tries = 5

// Each fault has the suite fail, in the cases that are about it and in words;
// and each case that a sound store passes is failed by one of them.
func TestSuiteSeesFaults(t *testing.T) {
	if os.Getenv(plant) != "" {
		t.Skip("a child runs TestFaulty alone")
	}
	var failed sync.Map
	var planted atomic.Int64
	t.Run("faults", func(t *testing.T) {
		for name, f := range faults {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				for _, c := range f.fails(t, name) {
					failed.Store(c, true)
				}
				planted.Add(1)
			})
		}
	})
	if planted.Load() < int64(len(faults)) {
		t.Skip("not all faults were planted, or not all seen")
	}
	for _, c := range soundCases(t) {
		if _, ok := failed.Load(c); !ok {
			t.Errorf("no fault is seen by %s: nothing shows that it can fail", c)
		}
	}
}

// fails returns the cases that a fault is about and is seen by.
func (f fault) fails(t *testing.T, name string) []string {
	t.Helper()
	must := strings.Fields(f.seen)
	for try := 1; ; try++ {
		out, err := runSuite(t, name, f.cases())
		if strings.Contains(out, "panic: ") {
			t.Fatalf("the suite has no words for %s:\n%s", name, out)
		}
		broken := brokenIn(out)
		unseen := slices.DeleteFunc(slices.Clone(must), func(c string) bool { return slices.Contains(broken, c) })
		if len(unseen) == 0 && len(broken) > narrow {
			return must
		}
		if len(unseen) == 0 {
			return broken
		}
		if try == tries {
			t.Fatalf("%s is not seen by %q (%v):\n%s", name, unseen, err, out)
		}
	}
}

// cases is what a child runs: all that is quick. Throttles are waited for,
// and a fault may have a case wait for ever; of these only the groups that the
// fault is about.
func (f fault) cases() string {
	var groups []string
	for _, c := range strings.Fields(f.seen) {
		if of := strings.Split(c, "/"); of[0] == "Throttle" {
			groups = append(groups, of[1])
		}
	}
	if groups == nil {
		return "^TestFaulty$/^(Users|Reads|Sessions|Identity)$"
	}
	return "^TestFaulty$/^Throttle$/^(" + strings.Join(groups, "|") + ")$"
}

// soundCases runs the suite without a fault, which passes: it is the fault that
// is seen. It returns the cases that were not skipped.
func soundCases(t *testing.T) (passed []string) {
	t.Helper()
	out, err := runSuite(t, "none", "^TestFaulty$")
	if err != nil {
		t.Fatalf("storetest failed a sound store: %v\n%s", err, out)
	}
	for _, m := range regexp.MustCompile(`--- PASS: TestFaulty/(\w+/\S+) `).FindAllStringSubmatch(out, -1) {
		passed = append(passed, m[1])
	}
	return passed
}

// brokenIn returns the cases that said which promise is broken. A case that
// fails in another way, as by a panic, is not among them.
func brokenIn(out string) (cases []string) {
	for _, of := range strings.Split(out, "=== RUN   TestFaulty/")[1:] {
		name, said, _ := strings.Cut(of, "\n")
		if _, what, found := strings.Cut(said, "broken promise: "); found && strings.Contains(what, "got: ") {
			cases = append(cases, name)
		}
	}
	return cases
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

// runSuite runs some cases on a fault.
func runSuite(t *testing.T, name, cases string) (output string, err error) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.timeout=1m", "-test.run", cases)
	child.Env = append(os.Environ(), plant+"="+name)
	out, err := child.CombinedOutput()
	return string(out), err
}
