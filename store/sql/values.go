package sqlstore

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// value is a column of a host's as the driver gives it: which Go type that is
// depends on the driver and on the column.
type value struct{ v any }

// Scan implements sql.Scanner.
func (v *value) Scan(src any) error {
	if b, ok := src.([]byte); ok {
		src = string(b) // the driver's own buffer
	}
	v.v = src
	return nil
}

// text is the value as one would write it; NULL is "".
func (v value) text() string {
	switch x := v.v.(type) {
	case nil:
		return ""
	case string:
		return x
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time:
		return x.Format(time.RFC3339Nano)
	}
	return fmt.Sprint(v.v) // int64, uint64, bool
}

// boolean returns what the value says, if it is one of the usual two.
func (v value) boolean() (is, known bool) {
	switch v.text() {
	case "1", "true", "TRUE", "t", "T", "\x01": // the last is a bit of MySQL
		return true, true
	case "0", "false", "FALSE", "f", "F", "\x00":
		return false, true
	}
	return false, false
}

// timeLayouts are how databases and drivers write a time as text. What has no
// zone is UTC.
var timeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999Z07",
	"2006-01-02 15:04:05.999999999 -0700 MST",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02",
}

// when returns the time, or the zero time for NULL and for what is none: a
// time decides nothing.
func (v value) when() time.Time {
	switch x := v.v.(type) {
	case time.Time:
		return x.UTC()
	case nil:
		return time.Time{}
	}
	written := v.text()
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, written); err == nil {
			return t.UTC()
		}
	}
	seconds, err := strconv.ParseFloat(written, 64)
	if err != nil || seconds == 0 || !(seconds > -maxUnix && seconds < maxUnix) { // nor is it NaN
		return time.Time{}
	}
	whole := int64(seconds)
	return time.Unix(whole, int64((seconds-float64(whole))*1e9)).UTC().Truncate(time.Microsecond)
}

// maxUnix is the year 9999, after which a time cannot be written in RFC 3339.
const maxUnix = 253402300799

// class is what kind of type a column has, as far as the driver says.
type class int

const (
	unclear class = iota // an expression in SQLite, a type the driver has no name for
	integers
	decimals // with a fraction, or of any length
	booleans
	texts
	moments
	others
)

// classOf reads the name that a driver has for a column's type.
func classOf(name string) class {
	name = strings.ToUpper(name)
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains(name, p) {
				return true
			}
		}
		return false
	}
	switch {
	case name == "" || strings.Trim(name, "0123456789") == "":
		return unclear // PostgreSQL's number of a type that an extension has
	case has("INTERVAL", "POINT", "JSON", "XML", "GEOM", "[]") || name[0] == '_':
		return others
	case has("DATE", "TIME"):
		return moments
	case has("BOOL") || name == "BIT":
		return booleans
	case has("INT", "SERIAL"):
		return integers
	case has("CHAR", "TEXT", "CLOB", "UUID", "BINARY", "BLOB", "ENUM", "STRING", "NAME"):
		return texts
	case has("DECIMAL", "NUMERIC", "NUMBER", "REAL", "FLOAT", "DOUBLE"):
		return decimals
	}
	return unclear
}
