package page

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/sallyport-go/sallyport/auth"
)

// perPage is how many users a page lists.
const perPage = 50

// users lists them in the order of their IDs, those behind "after".
func (p *Page) users(w http.ResponseWriter, r *http.Request, v *view) {
	list, err := p.accounts.List(r.Context(), r.URL.Query().Get("after"), perPage+1)
	if err != nil {
		p.refuse(w, r, answerOf(err))
		return
	}
	if len(list) > perPage {
		list = list[:perPage]
		v.Next = list[perPage-1].ID
	}
	v.Title, v.Users, v.Done = "Users", list, done[r.URL.Query().Get("done")]
	render(w, v.Problem.status(), "users", v)
}

func (p *Page) addUser(w http.ResponseWriter, r *http.Request, v *view) {
	role := auth.Role(r.PostFormValue("role"))
	n := auth.NewAccount{
		Username: r.PostFormValue("username"),
		Email:    r.PostFormValue("email"),
		Name:     r.PostFormValue("name"),
		Role:     role,
		Password: auth.NewSecret(r.PostFormValue("password")),
	}
	err := mayGive(v.User, role)
	if err == nil {
		_, err = p.accounts.Create(r.Context(), n)
	}
	if err != nil {
		v.Typed = map[string]string{"username": n.Username, "email": n.Email, "name": n.Name, "role": string(role)}
		v.Problem = problemOf("add", answerOf(err))
		p.users(w, r, v)
		return
	}
	back(w, r, "/users?done=added")
}

func (p *Page) setActive(w http.ResponseWriter, r *http.Request, v *view) {
	active := r.PostFormValue("active") == "true"
	user, err := p.other(r, v.User)
	if err == nil {
		err = p.accounts.SetActive(r.Context(), user.ID, active)
	}
	said := "disabled"
	if active {
		said = "enabled"
	}
	p.afterUser(w, r, v, said, err)
}

func (p *Page) setRole(w http.ResponseWriter, r *http.Request, v *view) {
	role := auth.Role(r.PostFormValue("role"))
	user, err := p.other(r, v.User)
	if err == nil {
		err = mayGive(v.User, role)
	}
	if err == nil {
		err = p.accounts.SetRole(r.Context(), user.ID, role)
	}
	p.afterUser(w, r, v, "role", err)
}

func (p *Page) afterUser(w http.ResponseWriter, r *http.Request, v *view, said string, err error) {
	if err != nil {
		v.Problem = problemOf("list", answerOf(err))
		p.users(w, r, v)
		return
	}
	back(w, r, "/users?done="+said)
}

// The rules of this website, which auth.Accounts leaves to a host.
var (
	errOneself = errors.New("nobody changes their own role or disables themselves") // two can still do it to each other at the same moment
	errSuper   = errors.New("only a super_admin makes or changes a super_admin")
)

// other returns the user whom a form names, if they may change that one.
func (p *Page) other(r *http.Request, who *auth.User) (*auth.User, error) {
	user, err := p.accounts.Find(r.Context(), r.PostFormValue("username"))
	switch {
	case err != nil:
		return nil, err
	case user.ID == who.ID:
		return nil, errOneself
	}
	return user, mayGive(who, user.Role)
}

// mayGive refuses an admin what a super_admin has.
func mayGive(who *auth.User, role auth.Role) error {
	if role == auth.RoleSuperAdmin && who.Role != auth.RoleSuperAdmin {
		return errSuper
	}
	return nil
}

// answerOf says an error of auth.Accounts as the API says its own.
func answerOf(err error) *answer {
	said := func(status int, message string) *answer {
		return &answer{Status: status, Message: strings.ToUpper(message[:1]) + message[1:]}
	}
	weak, isWeak := errors.AsType[*auth.PolicyError](err)
	switch {
	case isWeak:
		return said(http.StatusBadRequest, "Password "+weak.Reason)
	case errors.Is(err, auth.ErrInvalidAccount):
		return said(http.StatusBadRequest, plain(err))
	case errors.Is(err, errOneself), errors.Is(err, errSuper):
		return said(http.StatusForbidden, err.Error())
	case errors.Is(err, auth.ErrUserNotFound):
		return said(http.StatusNotFound, plain(auth.ErrUserNotFound))
	case errors.Is(err, auth.ErrUserExists):
		return said(http.StatusConflict, plain(auth.ErrUserExists))
	case errors.Is(err, auth.ErrUnavailable):
		a := said(http.StatusServiceUnavailable, "Service temporarily unavailable")
		a.RetryAfter = time.Second
		if wait, ok := errors.AsType[*auth.RetryAfter](err); ok {
			a.RetryAfter = cmp.Or(wait.After, time.Second)
		}
		return a
	}
	slog.Error("page: users", "err", err)
	return said(http.StatusInternalServerError, "Internal server error")
}

// plain returns the lines of an error without the package and the kind before
// them.
func plain(err error) string {
	lines := strings.Split(err.Error(), "\n")
	for i, line := range lines {
		line = strings.TrimPrefix(line, auth.ErrInvalidAccount.Error()+": ")
		lines[i] = strings.TrimPrefix(line, "auth: ")
	}
	return strings.Join(lines, "; ")
}
