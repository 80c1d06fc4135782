package auth_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
)

// auditorFunc is an Auditor of one function.
type auditorFunc func(e auth.Event) error

func (f auditorFunc) Audit(_ context.Context, e auth.Event) error { return f(e) }

func TestEveryAuditorIsToldWhateverTheOthersSaid(t *testing.T) {
	full, down := errors.New("the disk is full"), errors.New("the database is down")
	var told []string
	tell := func(name string, err error) auth.Auditor {
		return auditorFunc(func(e auth.Event) error {
			told = append(told, name+" "+string(e.Kind))
			return err
		})
	}
	all := auth.Auditors(tell("first", full), tell("second", nil), tell("third", down))
	err := all.Audit(t.Context(), auth.Event{Kind: auth.EventLogin})
	require.Equal(t, []string{"first login", "second login", "third login"}, told, "each is told, in the order given")
	require.ErrorIs(t, err, full, "what one says is not lost")
	require.ErrorIs(t, err, down, "nor what another says")
	require.NoError(t, auth.Auditors().Audit(t.Context(), auth.Event{}))
}
