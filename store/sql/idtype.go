package sqlstore

import (
	"regexp"
	"strconv"
	"strings"
)

// idType is what is known of a host's ID column.
type idType struct {
	class class
	name  string // as the driver has it, in capitals
	like  string // writes a text as the column's own type, so that its index serves
}

var (
	uuidForm   = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	numberForm = regexp.MustCompile(`^-?[0-9]{1,100}(?:\.[0-9]{1,100})?$`)
)

// holds reports whether the column can have this value, in the spelling in
// which it is read. What it cannot have need not be asked for: engines convert
// it to what it is not ('12abc' to 12) or fail.
func (t idType) holds(id string) bool {
	switch {
	case t.class == integers:
		return t.holdsInteger(id)
	case t.class == decimals:
		return numberForm.MatchString(id)
	case t.name == "UUID":
		return uuidForm.MatchString(id)
	}
	return id != ""
}

// spelled reports whether a collation may take another ID for this one.
func (t idType) spelled() bool { return t.class != integers && t.class != decimals }

func (t idType) holdsInteger(id string) bool {
	if strings.Contains(t.name, "UNSIGNED") {
		n, err := strconv.ParseUint(id, 10, 64)
		return err == nil && strconv.FormatUint(n, 10) == id
	}
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && strconv.FormatInt(n, 10) == id
}

// sample is an ID that the column could have.
func (t idType) sample() string {
	switch {
	case t.name == "UUID":
		return "00000000-0000-4000-8000-000000000000"
	case t.class == texts:
		return "nobody"
	}
	return "0"
}
