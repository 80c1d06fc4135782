package credentials

import (
	"errors"
	"fmt"
	"strings"
)

// parseShared returns the properties of one profile in an AWS shared file, with
// names in lower case, or nil if it has no section. Where the CLI and the SDKs
// read a line in different ways it is refused: one of them would use another
// key than the one shown. Errors have line numbers and no content.
func parseShared(content string, section profileSection, profile string) (map[string]string, error) {
	p := sharedParser{section: section, profile: profile}
	number := 0
	for line := range strings.Lines(content) {
		number++
		if err := p.line(strings.TrimRight(line, " \t\r\n")); err != nil {
			return nil, fmt.Errorf("line %d %w", number, err)
		}
	}
	return p.props, nil
}

type sharedParser struct {
	section profileSection
	profile string
	props   map[string]string // of the profile

	inSection bool   // of any kind
	wanted    bool   // in that of the profile
	last      string // the property above, to which indented lines belong
}

func (p *sharedParser) line(line string) error {
	text := strings.TrimLeft(line, " \t")
	switch {
	case strings.Contains(line, "\r"):
		return errors.New("has a carriage return, which some take for the end of a line: remove it")
	case text == "" || text[0] == '#' || text[0] == ';':
		return nil
	case text != line:
		return p.indented(text)
	case line[0] == '[':
		return p.header(line)
	}
	return p.property(line)
}

// indented passes over settings nested under a property, such as those of s3.
func (p *sharedParser) indented(text string) error {
	switch {
	case text[0] == '[':
		return errors.New("is a section that is indented: begin it at the left")
	case p.last == "":
		return errors.New("is indented under no property: begin it at the left")
	case p.wanted && sharedValue(p.last):
		return fmt.Errorf("is indented under %s, which has one line: begin it at the left", p.last)
	}
	return nil
}

func (p *sharedParser) header(line string) error {
	name, rest, closed := strings.Cut(line[1:], "]")
	rest = strings.TrimLeft(rest, " \t")
	if !closed || rest != "" && rest[0] != '#' && rest[0] != ';' {
		return errors.New("begins with [ and does not end with ]: close it")
	}
	p.inSection, p.last = true, ""
	trimmed := strings.Trim(name, " \t")
	p.wanted = p.section(trimmed) == p.profile
	switch {
	case trimmed == "DEFAULT":
		return errors.New("is a section DEFAULT, which the CLI adds to each profile: call it default")
	case !p.wanted:
		return nil
	case trimmed != name || strings.Contains(rest, "]"):
		return errors.New("has more than the profile between the first [ and the last ]: leave the name alone there")
	case p.props != nil:
		return errors.New("begins the profile a second time: join the two")
	}
	p.props = map[string]string{}
	return nil
}

func (p *sharedParser) property(line string) error {
	name, value, ok := strings.Cut(line, "=")
	name = strings.ToLower(strings.TrimRight(name, " \t"))
	switch {
	case !ok || name == "" || strings.ContainsFunc(name, notOfName):
		return errors.New("is neither a section nor NAME = VALUE: write one of them")
	case !p.inSection:
		return errors.New("is before the first section: put it into one")
	}
	p.last = name
	if !p.wanted {
		return nil
	}
	if _, twice := p.props[name]; twice {
		return errors.New("gives a property of the profile a second time: leave one out")
	}
	if sharedValue(name) && hasComment(value) {
		return fmt.Errorf("has a comment behind %s, which the CLI takes for a part of it: give the comment a line", name)
	}
	p.props[name] = strings.Trim(value, " \t")
	return nil
}

// notOfName tells what no property has in its name, such as the colon, which
// ends one for the CLI.
func notOfName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("_-.", r)
}

// hasComment reports whether a value has # or ; after white space.
func hasComment(value string) bool {
	for i := 1; i < len(value); i++ {
		if (value[i] == '#' || value[i] == ';') && (value[i-1] == ' ' || value[i-1] == '\t') {
			return true
		}
	}
	return false
}
