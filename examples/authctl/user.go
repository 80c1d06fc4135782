package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/sallyport-go/sallyport/auth"
)

// change is something done to one user; rest are the arguments behind the name.
type change func(ctx context.Context, t *tool, h *house, u *auth.User, rest []string) error

// onUser is the command that does it and says so.
func onUser(verb string, do change) func(*tool, *flag.FlagSet) action {
	return func(t *tool, _ *flag.FlagSet) action {
		return func(ctx context.Context, args []string) error {
			return t.within(ctx, func(h *house) error {
				u, err := h.find(ctx, args[0])
				if err != nil {
					return err
				}
				if err := do(ctx, t, h, u, args[1:]); err != nil {
					return err
				}
				_, err = fmt.Fprintf(t.out, "%s: %s done\n", plain(u.Username), verb)
				return err
			})
		}
	}
}

// find returns the user of a username or an e-mail.
func (h *house) find(ctx context.Context, name string) (*auth.User, error) {
	u, err := h.accounts.Find(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: see authctl user list", name, err)
	}
	return u, nil
}

func disable(ctx context.Context, _ *tool, h *house, u *auth.User, _ []string) error {
	return h.accounts.SetActive(ctx, u.ID, false)
}

func enable(ctx context.Context, _ *tool, h *house, u *auth.User, _ []string) error {
	return h.accounts.SetActive(ctx, u.ID, true)
}

func remove(ctx context.Context, _ *tool, h *house, u *auth.User, _ []string) error {
	return h.accounts.Delete(ctx, u.ID)
}

func unlock(ctx context.Context, _ *tool, h *house, u *auth.User, _ []string) error {
	return h.svc.Unlock(ctx, u.ID)
}

func setRole(ctx context.Context, _ *tool, h *house, u *auth.User, rest []string) error {
	return h.accounts.SetRole(ctx, u.ID, auth.Role(rest[0]))
}

func logout(ctx context.Context, _ *tool, h *house, u *auth.User, _ []string) error {
	return h.svc.EndUserSessions(ctx, u.ID, "")
}

func passwd(ctx context.Context, t *tool, h *house, u *auth.User, _ []string) error {
	password, err := t.password(ctx)
	if err != nil {
		return err
	}
	return h.accounts.SetPassword(ctx, u.ID, password)
}

// addUser adds one.
func (t *tool) addUser(flags *flag.FlagSet) action {
	var n auth.NewAccount
	flags.StringVar(&n.Username, "username", "", "the username `U`, without \"@\"; required")
	flags.StringVar(&n.Email, "email", "", "the e-mail `E`; required")
	flags.StringVar(&n.Name, "name", "", "the name `N`, as it is shown")
	flags.StringVar((*string)(&n.Role), "role", "user", "one of `user|admin|super_admin`")
	flags.StringVar(&n.Organization, "organization", "", "the organization `O`")
	flags.StringVar(&n.AWSRegion, "aws-region", "", "an AWS region `R`, such as eu-north-1")
	asJSON := jsonFlag(flags)
	return func(ctx context.Context, _ []string) error {
		if n.Username == "" || n.Email == "" {
			return misuse("user add", "user add needs -username and -email")
		}
		var err error
		if n.Password, err = t.password(ctx); err != nil {
			return err // before a database is made
		}
		return t.making(ctx, nil, func(h *house) error {
			u, err := h.accounts.Create(ctx, n)
			if err != nil {
				return err
			}
			if *asJSON {
				return t.object(userObject(u))
			}
			_, err = fmt.Fprintf(t.out, "%s: added as %s\n", u.Username, u.Role)
			return err
		})
	}
}
