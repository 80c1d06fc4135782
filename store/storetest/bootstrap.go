package storetest

import "github.com/sallyport-go/sallyport/auth"

var bootstrapCases = []accountCase{
	{"bootstrap/first", "Bootstrap on a store that never had a user adds the account and reports true", bootstrapFirst},
	{"bootstrap/second", "Bootstrap adds one account in the life of a store", bootstrapSecond},
	{"bootstrap/after_its_delete", "Bootstrap's mark is permanent: deleting the account does not bring it back (Rancher CVE-2019-11202)", bootstrapDeleted},
	{"bootstrap/after_create", "CreateAccount leaves the mark that Bootstrap looks for", bootstrapAfterCreate},
	{"bootstrap/after_created_and_deleted", "a store that had a user and lost all is not one that never had a user", bootstrapAfterDelete},
	{"bootstrap/after_refused_create", "a create that was refused leaves what was there, mark included", bootstrapAfterRefused},
	{"bootstrap/race", "of many that call Bootstrap at once, one is told true", bootstrapRace},
}

// bootstrap ends the case unless Bootstrap answers want.
func (c *check) bootstrap(s auth.AccountStore, a *auth.Account, want bool) {
	c.Helper()
	made, err := s.Bootstrap(c.Context(), a)
	c.ok(err, "Bootstrap")
	if made != want {
		c.broken("Bootstrap answered %v", made)
	}
}

func bootstrapFirst(c *check, s auth.AccountStore) {
	admin := account(1)
	admin.Role = auth.RoleSuperAdmin
	c.bootstrap(s, admin, true)
	c.sameAccount(c.account(s, "user1"), *admin, "AccountByLogin")
	c.ids(s, userID(1))
}

func bootstrapSecond(c *check, s auth.AccountStore) {
	c.bootstrap(s, account(1), true)
	c.bootstrap(s, account(1), false)
	c.bootstrap(s, account(2), false)
	c.ids(s, userID(1))
	c.sameAccount(c.account(s, "user1"), *account(1), "the account that is there")
}

func bootstrapDeleted(c *check, s auth.AccountStore) {
	c.bootstrap(s, account(1), true)
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	c.bootstrap(s, account(1), false)
	c.bootstrap(s, account(2), false)
	c.ids(s)
}

func bootstrapAfterCreate(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	c.bootstrap(s, account(2), false)
	c.ids(s, userID(1))
}

func bootstrapAfterDelete(c *check, s auth.AccountStore) {
	c.add(s, account(1))
	c.ok(s.DeleteAccount(c.Context(), userID(1)), "DeleteAccount")
	c.bootstrap(s, account(1), false)
	c.ids(s)
}

func bootstrapAfterRefused(c *check, s auth.AccountStore) {
	c.bootstrap(s, account(1), true)
	c.is(s.CreateAccount(c.Context(), account(1)), auth.ErrUserExists, "CreateAccount")
	c.bootstrap(s, account(2), false)
}

func bootstrapRace(c *check, s auth.AccountStore) {
	made := make([]bool, crowd)
	for _, err := range atOnce(crowd, func(i int) (err error) {
		made[i], err = s.Bootstrap(c.Context(), account(i))
		return err
	}) {
		c.ok(err, "Bootstrap")
	}
	told := 0
	for i := range made {
		if made[i] {
			told++
			c.ids(s, userID(i))
		}
	}
	if told != 1 {
		c.broken("%d of %d were told true", told, crowd)
	}
}
