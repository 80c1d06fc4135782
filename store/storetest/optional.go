package storetest

import (
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

var recorderCases = []accountCase{
	{"record_login/sets", "RecordLogin sets LastLogin and nothing else: not UpdatedAt, not Role, not Stamp", recordLogin},
	{"record_login/unknown", "RecordLogin of an unknown ID makes no user", recordUnknown},
	{"record_login/race", "RecordLogin undoes no change made at the same time", recordRace},
}

// recorder skips the case for a store that keeps no LastLogin.
func (c *check) recorder(s auth.AccountStore) auth.LoginRecorder {
	r, ok := s.(auth.LoginRecorder)
	if !ok {
		c.Skipf("%T is no auth.LoginRecorder", s)
	}
	return r
}

func recordLogin(c *check, s auth.AccountStore) {
	r, want := c.recorder(s), account(1)
	c.add(s, want, account(2))
	stamp := c.account(s, "user1").Stamp
	want.LastLogin = noon.Add(72*time.Hour + time.Microsecond)
	c.ok(r.RecordLogin(c.Context(), userID(1), want.LastLogin), "RecordLogin")
	got := c.account(s, "user1")
	c.sameAccount(got, *want, "after RecordLogin")
	if got.Stamp != stamp {
		c.broken("stamp %q, was %q", got.Stamp, stamp)
	}
	c.sameAccount(c.account(s, "user2"), *account(2), "another account")
}

func recordUnknown(c *check, s auth.AccountStore) {
	r := c.recorder(s)
	c.add(s, account(1))
	_ = r.RecordLogin(c.Context(), userID(2), noon) // either answer will do
	c.ids(s, userID(1))
}

func recordRace(c *check, s auth.AccountStore) {
	r := c.recorder(s)
	c.add(s, account(1))
	for _, err := range atOnce(crowd, func(i int) error {
		if i == crowd/2 {
			return s.UpdateAccount(c.Context(), userID(1), auth.AccountChange{Role: ptr(auth.RoleAdmin), Active: ptr(false)})
		}
		return r.RecordLogin(c.Context(), userID(1), noon.Add(time.Duration(i)*time.Hour))
	}) {
		c.ok(err, "RecordLogin or UpdateAccount")
	}
	if got := c.account(s, "user1"); got.Role != auth.RoleAdmin || got.Active {
		c.broken("role %q and active %v, want admin and false", got.Role, got.Active)
	}
}

var upgraderCases = []accountCase{
	{"upgrade/holds", "UpgradePassword sets the hash if it still is from, and changes nothing else", upgradeHolds},
	{"upgrade/another", "UpgradePassword answers ErrUserChanged when the hash is another by now, and changes nothing", upgradeMisses},
	{"upgrade/unknown", "UpgradePassword answers ErrUserNotFound for an ID that nobody has", upgradeUnknown},
	{"upgrade/race", "of many upgrades from one hash, one succeeds and the others get ErrUserChanged", upgradeRace},
	{"upgrade/stamp", "Stamp changes with the hash, also when a login upgrades it", upgradeStamp},
}

// upgrader skips the case for a store whose hashes stay as they are.
func (c *check) upgrader(s auth.AccountStore) auth.PasswordUpgrader {
	u, ok := s.(auth.PasswordUpgrader)
	if !ok {
		c.Skipf("%T is no auth.PasswordUpgrader", s)
	}
	return u
}

func upgradeHolds(c *check, s auth.AccountStore) {
	u, want := c.upgrader(s), account(1)
	c.add(s, want, account(2))
	c.ok(u.UpgradePassword(c.Context(), userID(1), want.PasswordHash, hash("better")), "UpgradePassword")
	want.PasswordHash = hash("better")
	c.sameAccount(c.account(s, "user1"), *want, "after UpgradePassword")
	c.sameAccount(c.account(s, "user2"), *account(2), "another account")
}

func upgradeMisses(c *check, s auth.AccountStore) {
	u := c.upgrader(s)
	c.add(s, account(1))
	for _, from := range []auth.Secret{hash("another"), hash("USER1"), {}} {
		c.is(u.UpgradePassword(c.Context(), userID(1), from, hash("better")), auth.ErrUserChanged, "UpgradePassword")
	}
	c.sameAccount(c.account(s, "user1"), *account(1), "after UpgradePassword")
}

func upgradeUnknown(c *check, s auth.AccountStore) {
	u := c.upgrader(s)
	c.add(s, account(1))
	c.is(u.UpgradePassword(c.Context(), userID(2), account(1).PasswordHash, hash("better")), auth.ErrUserNotFound, "UpgradePassword")
}

func upgradeRace(c *check, s auth.AccountStore) {
	u := c.upgrader(s)
	c.add(s, account(1))
	c.oneWins(atOnce(crowd, func(i int) error {
		return u.UpgradePassword(c.Context(), userID(1), account(1).PasswordHash, hash("better"+userID(i)))
	}), auth.ErrUserChanged)
}

func upgradeStamp(c *check, s auth.AccountStore) {
	u := c.upgrader(s)
	c.add(s, account(1))
	before := c.stamp(s)
	c.ok(u.UpgradePassword(c.Context(), userID(1), account(1).PasswordHash, hash("better")), "UpgradePassword")
	if c.stamp(s) == before {
		c.broken("%q before and after", before)
	}
}
