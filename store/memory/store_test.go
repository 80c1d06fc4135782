package memory_test

import (
	"testing"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/store/memory"
	"github.com/sallyport-go/sallyport/store/storetest"
)

var (
	_ auth.Store              = (*memory.Store)(nil)
	_ auth.LoginRecorder      = (*memory.Store)(nil)
	_ auth.PasswordUpgrader   = (*memory.Store)(nil)
	_ auth.AccountImporter    = (*memory.Store)(nil)
	_ auth.AccountLister      = (*memory.Store)(nil)
	_ storetest.IdentityStore = (*memory.Store)(nil)
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) auth.Store { return memory.New() })
}

func TestUsers(t *testing.T) {
	storetest.Users(t, func(*testing.T) auth.AccountStore { return memory.NewUsers() })
}

func TestSingleProcess(t *testing.T) {
	storetest.Run(t, func(*testing.T) auth.Store { return memory.SingleProcess(memory.NewUsers()) })
}

func TestNodesOnOneStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) auth.Store {
		s := memory.New()
		return storetest.Nodes(s, s, s)
	})
}
