package credentials

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
)

const maxSharedFile = 1 << 20 // bytes

// AWSShared returns a source of the set "aws" from the files that the AWS CLI
// writes. It asks lookup, for which a host gives os.LookupEnv, for what the CLI
// asks the environment:
//
//	AWS_PROFILE                  the profile; "default" if not set
//	AWS_SHARED_CREDENTIALS_FILE  ~/.aws/credentials if not set
//	AWS_CONFIG_FILE              ~/.aws/config if not set
//	AWS_REGION                   before the profile's region
//	HOME, USERPROFILE            where ~ is: the latter on Windows
//
// The access key is all from the credentials file if that has any part of one
// for the profile, and all from the config file otherwise. A profile without
// one is not configured, and neither is "default" where it or its files are
// missing. Faults are a profile or file that is named and not there, a file
// that is not of the format, defines a profile twice or has what the CLI and
// the SDKs read in different ways, an AWS_DEFAULT_PROFILE that is not the
// profile, which some of them prefer, and a profile that says how to get a key
// rather than what it is: with role_arn, source_profile, credential_source,
// credential_process, web_identity_token_file, login_session or sso_*, give the
// SDK's credentials by [Func].
//
// Files are read anew each time until two readings agree. The set's Source is
// "aws profile", and its Version is when one of them was last written.
func AWSShared(lookup func(name string) (string, bool)) auth.SecretProvider {
	return awsShared{lookup}
}

type awsShared struct {
	lookup func(string) (string, bool)
}

func (a awsShared) Secrets(ctx context.Context, set string) (auth.Secrets, error) {
	if a.lookup == nil {
		return auth.Secrets{}, errors.New("credentials: AWSShared has no lookup: give it os.LookupEnv")
	}
	if set != awsName {
		return auth.Secrets{}, auth.ErrSecretNotFound
	}
	return steady(ctx, set, a.read)
}

// profileSection returns the profile that a section of a file is for, or "".
type profileSection func(header string) string

func inCredentials(header string) string { return header }

func inConfig(header string) string {
	if header == "default" {
		return header
	}
	if rest, ok := strings.CutPrefix(header, "profile"); ok && strings.TrimLeft(rest, " \t") != rest {
		return oneWord(strings.Trim(rest, " \t"))
	}
	return ""
}

// oneWord returns a profile's name that has no white space or is in quotes,
// and "" for any other.
func oneWord(s string) string {
	for _, quote := range []string{`"`, `'`} {
		if len(s) >= 2 && strings.HasPrefix(s, quote) && strings.HasSuffix(s, quote) {
			return s[1 : len(s)-1]
		}
	}
	if strings.ContainsAny(s, " \t") {
		return ""
	}
	return s
}

func (a awsShared) read() (*reading, error) {
	if other, _ := a.lookup("AWS_DEFAULT_PROFILE"); other != "" && other != a.profile() {
		return nil, errors.New("credentials: AWS_DEFAULT_PROFILE is not the profile of AWS_PROFILE, and the SDKs do not agree on which counts: unset it")
	}
	r := newReading("aws profile")
	secret, err := a.properties(r, "AWS_SHARED_CREDENTIALS_FILE", "credentials", inCredentials)
	if err != nil {
		return nil, err
	}
	config, err := a.properties(r, "AWS_CONFIG_FILE", "config", inConfig)
	if err != nil {
		return nil, err
	}
	if name, _ := a.lookup("AWS_PROFILE"); name != "" && secret == nil && config == nil {
		return nil, errors.New("credentials: AWS_PROFILE names a profile that is in neither file: the credentials file heads it [NAME], the config file [profile NAME]")
	}
	key := secret
	if !hasKey(key) {
		key = config
	}
	if !hasKey(key) {
		return r, nil
	}
	for _, field := range awsKeyFields {
		r.values[field] = key[strings.ToLower(field)]
	}
	region, _ := a.lookup(awsRegion)
	for _, next := range []string{secret["region"], config["region"]} {
		if region == "" {
			region = next
		}
	}
	r.values[awsRegion] = region
	return r, nil
}

// awsKeyFields are lower-case in the files.
var awsKeyFields = []string{awsAccessKeyID, awsSecretAccessKey, awsSessionToken}

func hasKey(props map[string]string) bool {
	return slices.ContainsFunc(awsKeyFields, func(field string) bool { return props[strings.ToLower(field)] != "" })
}

// properties returns those of the profile in one file, or nil where the profile
// or the file is missing. Variable names the file; otherwise it is in ~/.aws.
func (a awsShared) properties(r *reading, variable, name string, section profileSection) (map[string]string, error) {
	path, _ := a.lookup(variable)
	named := path != ""
	if !named {
		home, _ := a.lookup(homeVariable())
		if home == "" {
			return nil, nil
		}
		path = filepath.Join(home, ".aws", name)
	}
	content, changed, err := readFile(os.Stat, os.OpenFile, path, maxSharedFile)
	if !named && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		r.note(changed)
		var props map[string]string
		if props, err = parseShared(content, section, a.profile()); err == nil {
			return props, checkStatic(props)
		}
	}
	if named {
		name = "file that " + variable + " names"
	} else {
		name = "file ~/.aws/" + name
	}
	return nil, fmt.Errorf("credentials: the %s: %w", name, err)
}

func (a awsShared) profile() string {
	if name, _ := a.lookup("AWS_PROFILE"); name != "" {
		return name
	}
	return "default"
}

func homeVariable() string {
	if runtime.GOOS == "windows" {
		return "USERPROFILE"
	}
	return "HOME"
}

// checkStatic refuses a profile of which an SDK would make another identity
// than its access key, and a value that no header or variable can carry.
func checkStatic(props map[string]string) error {
	for name, value := range props {
		if strings.HasPrefix(name, "sso_") {
			name = "sso_*"
		}
		if slices.Contains(needSDK, name) {
			return fmt.Errorf("credentials: the AWS profile has %s, which takes the AWS SDK: give its credentials by credentials.Func, or name another profile by AWS_PROFILE", name)
		}
		if sharedValue(name) && !printable(value) {
			return fmt.Errorf("credentials: %s of the AWS profile has a character that is not printable ASCII: write it anew", name)
		}
	}
	return nil
}

var needSDK = []string{"sso_*", "role_arn", "source_profile", "credential_source", "credential_process", "web_identity_token_file", "login_session"}

// sharedValue reports whether a property is one whose value is used.
func sharedValue(name string) bool {
	return name == "region" || slices.Contains(awsKeyFields, strings.ToUpper(name))
}
