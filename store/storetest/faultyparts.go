package storetest

import "github.com/sallyport-go/sallyport/auth"

// Sessions puts sessions behind f.
func (f *Faults) Sessions(sessions auth.SessionStore) auth.SessionStore {
	return faultySessions{f, sessions}
}

// Throttle puts a throttle behind f.
func (f *Faults) Throttle(throttle auth.ThrottleStore) auth.ThrottleStore {
	return faultyThrottle{f, throttle}
}

// Identity puts the one-query read behind f.
func (f *Faults) Identity(reader auth.IdentityReader) auth.IdentityReader {
	return faultyReader{f, reader}
}

// Accounts puts what [auth.NewAccounts] is given behind f. What is optional
// there, [auth.AccountImporter] and [auth.AccountLister], is found in the
// result by type assertion exactly where accounts has it.
func (f *Faults) Accounts(accounts auth.AccountStore) auth.AccountStore {
	type both struct {
		faultyUsers
		faultyWriter
	}
	store := both{faultyUsers{f, accounts}, faultyWriter{f, accounts}}
	importer, imports := accounts.(auth.AccountImporter)
	lister, lists := accounts.(auth.AccountLister)
	switch {
	case imports && lists:
		return struct {
			both
			faultyImporter
			faultyLister
		}{store, faultyImporter{f, importer}, faultyLister{f, lister}}
	case imports:
		return struct {
			both
			faultyImporter
		}{store, faultyImporter{f, importer}}
	case lists:
		return struct {
			both
			faultyLister
		}{store, faultyLister{f, lister}}
	}
	return store
}

// What users may have beside two reads, as bits.
const (
	writes   = 1 << iota // auth.AccountStore
	records              // auth.LoginRecorder
	upgrades             // auth.PasswordUpgrader
)

// Users puts users behind f. What is optional, [auth.AccountStore],
// [auth.LoginRecorder] and [auth.PasswordUpgrader], is found in the result by
// type assertion exactly where users has it.
func (f *Faults) Users(users auth.UserStore) auth.UserStore {
	has := 0
	writer, ok := users.(auth.AccountStore)
	if ok {
		has |= writes
	}
	recorder, ok := users.(auth.LoginRecorder)
	if ok {
		has |= records
	}
	upgrader, ok := users.(auth.PasswordUpgrader)
	if ok {
		has |= upgrades
	}
	return dressed(has, faultyUsers{f, users}, faultyWriter{f, writer}, faultyRecorder{f, recorder}, faultyUpgrader{f, upgrader})
}

// dressed returns u with those of the other three that are had.
func dressed(has int, u faultyUsers, w faultyWriter, r faultyRecorder, p faultyUpgrader) auth.UserStore {
	switch has {
	case writes:
		return struct {
			faultyUsers
			faultyWriter
		}{u, w}
	case records:
		return struct {
			faultyUsers
			faultyRecorder
		}{u, r}
	case upgrades:
		return struct {
			faultyUsers
			faultyUpgrader
		}{u, p}
	case writes | records:
		return struct {
			faultyUsers
			faultyWriter
			faultyRecorder
		}{u, w, r}
	case writes | upgrades:
		return struct {
			faultyUsers
			faultyWriter
			faultyUpgrader
		}{u, w, p}
	case records | upgrades:
		return struct {
			faultyUsers
			faultyRecorder
			faultyUpgrader
		}{u, r, p}
	case writes | records | upgrades:
		return struct {
			faultyUsers
			faultyWriter
			faultyRecorder
			faultyUpgrader
		}{u, w, r, p}
	}
	return u
}
