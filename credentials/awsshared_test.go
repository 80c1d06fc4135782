package credentials_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// home has ~/.aws with these two files, "" for none, and an environment that
// says where it is and whatever else is given.
func home(t testing.TB, secret, config string, variables ...string) environ {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, ".aws"), 0o700))
	for name, content := range map[string]string{"credentials": secret, "config": config} {
		if content != "" {
			replace(t, filepath.Join(folder, ".aws", name), content)
		}
	}
	e := environ{"HOME": folder, "USERPROFILE": folder}
	for i := 0; i < len(variables); i += 2 {
		e[variables[i]] = variables[i+1]
	}
	return e
}

// sharedKey is "id secret token region" of what is read, with "-" for none.
func sharedKey(t testing.TB, e environ) (string, error) {
	t.Helper()
	s, err := credentials.AWSShared(e.lookup).Secrets(t.Context(), "aws")
	var parts []string
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"} {
		value := s.Values[name].Reveal()
		if value == "" {
			value = "-"
		}
		parts = append(parts, value)
	}
	return strings.Join(parts, " "), err
}

// profile is a section with a key whose parts end in name.
func profile(header, name string) string {
	return "[" + header + "]\naws_access_key_id = ID" + name + "\naws_secret_access_key=secret" + name + "\n"
}

func TestAWSSharedReadsWhatTheCLIWrites(t *testing.T) {
	for what, c := range map[string]struct {
		e    environ
		want string
	}{
		"credentials":            {home(t, profile("default", "1"), ""), "ID1 secret1 - -"},
		"config alone":           {home(t, "", profile("default", "1")+"region = eu-west-1\n"), "ID1 secret1 - eu-west-1"},
		"region from config":     {home(t, profile("default", "1"), "[default]\nregion=eu-west-1\n"), "ID1 secret1 - eu-west-1"},
		"credentials come first": {home(t, profile("default", "1")+"region=eu-north-1\n", profile("default", "2")+"region=eu-west-1\naws_session_token=t2\n"), "ID1 secret1 - eu-north-1"},
		"token":                  {home(t, profile("default", "1")+"aws_session_token = a=b== \n", ""), "ID1 secret1 a=b== -"},
		"profile":                {home(t, profile("default", "1")+profile("dev", "2"), "[profile dev]\nregion = eu-west-1\n[dev]\nregion = no\n", "AWS_PROFILE", "dev"), "ID2 secret2 - eu-west-1"},
		"quoted profile":         {home(t, "", profile(`profile "my dev"`, "2"), "AWS_PROFILE", "my dev"), "ID2 secret2 - -"},
		"AWS_REGION":             {home(t, profile("default", "1")+"region=eu-north-1\n", "", "AWS_REGION", "us-east-2"), "ID1 secret1 - us-east-2"},
		"half a key is no other": {home(t, "[default]\naws_access_key_id = ID1\n", profile("default", "2")), "ID1 - - -"},
		"comments, nesting, CRLF": {home(t, "# x\r\n\r\n  ; y\r\n[default] # z\r\nAWS_Access_Key_ID\t=\tID1\r\naws_secret_access_key = s#1;2\t\r\noutput = json # old\r\ns3 =\r\n"+
			"  aws_access_key_id = nested\r\n  max = 2\r\n[other]\r\naws_session_token = no\r\n", ""), "ID1 s#1;2 - -"},
		"both profiles":  {home(t, profile("x", "2"), "", "AWS_DEFAULT_PROFILE", "x", "AWS_PROFILE", "x"), "ID2 secret2 - -"},
		"other sections": {home(t, profile("default", "1"), "[sso-session x]\nsso_region = x\n[services y]\nregion = no\n[profile z]\nrole_arn = no\n"), "ID1 secret1 - -"},
		"named files": {environ{"AWS_SHARED_CREDENTIALS_FILE": file(t, profile("p", "1")), "AWS_CONFIG_FILE": file(t, "[profile p]\nregion=x-y-1"), "AWS_PROFILE": "p"},
			"ID1 secret1 - x-y-1"},
	} {
		got, err := sharedKey(t, c.e)
		assert.NoError(t, err, what)
		assert.Equal(t, c.want, got, what)
	}
}

func TestAWSSharedNotConfigured(t *testing.T) {
	for what, e := range map[string]environ{
		"no home":        {},
		"no files":       home(t, "", ""),
		"empty file":     home(t, "\n", ""),
		"other profiles": home(t, profile("dev", "1"), ""),
		"a region alone": home(t, "", "[default]\nregion = eu-west-1\n", "AWS_REGION", "eu-west-1"),
		"an empty key":   home(t, "[default]\naws_access_key_id =\naws_secret_access_key =\n", ""),
	} {
		_, err := sharedKey(t, e)
		assert.ErrorIs(t, err, auth.ErrSecretNotFound, what)
	}
	_, err := credentials.AWSShared(home(t, profile("default", "1"), "").lookup).Secrets(t.Context(), "nvidia")
	assert.ErrorIs(t, err, auth.ErrSecretNotFound, "other sets are elsewhere")
}

func TestAWSSharedFaultsShowNothing(t *testing.T) {
	secret := "aws_secret_access_key = " + docSecret + "\n"
	one := profile("default", "1")
	for says, e := range map[string]environ{
		"credential_process":                    home(t, "", "[default]\ncredential_process = "+docSecret+"\n"),
		"sso_*":                                 home(t, one, "[default]\nsso_session = "+docSecret+"\n"),
		"role_arn":                              home(t, one, "[profile x]\nrole_arn = "+docSecret+"\n", "AWS_PROFILE", "x"),
		"source_profile":                        home(t, "[default]\nsource_profile = default\n"+secret, ""),
		"credential_source":                     home(t, "[default]\ncredential_source = Environment\n", ""),
		"web_identity_token_file":               home(t, "", "[default]\nweb_identity_token_file = x\n"),
		"login_session":                         home(t, "", "[default]\nlogin_session = x\n"),
		"credentials: line 3 begins the pr":     home(t, "[default]\n"+secret+"[default]\n", ""),
		"config: line 2 begins the profile":     home(t, "", "[default]\n[profile default]\n"+secret),
		"line 3 gives a property":               home(t, "[default]\n"+secret+secret, ""),
		"line 1 is before the first":            home(t, secret, ""),
		"line 2 is neither":                     home(t, "[default]\n"+docSecret+"\n", ""),
		"line 1 begins with [ and does not end": home(t, "[default] x\n"+secret, ""),
		"line 2 is indented under no":           home(t, "[default]\n  "+secret, ""),
		"line 3 is indented under aws_sec":      home(t, "[default]\n"+secret+"  "+docSecret, ""),
		"line 3 is a section that is":           home(t, "[default]\n"+secret+" [b]\n", ""),
		"not printable ASCII":                   home(t, "[default]\naws_secret_access_key = "+docSecret+"\x07x\n", ""),
		"NUL":                                   home(t, "[default]\n"+secret+"\x00", ""),
		"more than 1048576":                     home(t, strings.Repeat("#\n", 1<<19)+"#", ""),
		"AWS_PROFILE names a profile":           home(t, one, "["+docSecret+"]\nregion=x\n", "AWS_PROFILE", docSecret),
		"AWS_DEFAULT_PROFILE is not":            home(t, one+profile("x", "2"), "", "AWS_DEFAULT_PROFILE", "x"),
		"unset it":                              home(t, one+profile("x", "2"), "", "AWS_DEFAULT_PROFILE", docSecret, "AWS_PROFILE", "x"),
		"AWS_CONFIG_FILE names: no such":        home(t, one, "", "AWS_CONFIG_FILE", "/"+docSecret),
		"AWS_SHARED_CREDENTIALS_FILE names":     home(t, one, "", "AWS_SHARED_CREDENTIALS_FILE", t.TempDir()),
	} {
		got, err := sharedKey(t, e)
		require.ErrorContains(t, err, says)
		assert.NotErrorIs(t, err, auth.ErrSecretNotFound, says)
		assert.Equal(t, "- - - -", got, "no value comes with an error")
		for i := range len(docSecret) - 7 {
			assert.NotContains(t, err.Error(), docSecret[i:i+8], says)
		}
	}
	_, err := credentials.AWSShared(nil).Secrets(t.Context(), "aws")
	assert.ErrorContains(t, err, "os.LookupEnv")
}

// What boto3 and the JavaScript SDK read in two ways, or as no key of this
// profile, is shown as no key: it would not be the one in use.
func TestAWSSharedRefusesWhatTheSDKsReadOtherwise(t *testing.T) {
	one, key := profile("default", "1"), strings.TrimPrefix(profile("", "1"), "[]\n")
	for what, c := range map[string]struct {
		secret, config, profile string
		says                    string // "": not configured
	}{
		"DEFAULT is added by boto3":     {"[DEFAULT]\naws_session_token = t\n" + one, "", "", "line 1 is a section DEFAULT"},
		"a colon ends a name":           {one + "aws_session_token: a==\n", "", "", "line 4 is neither"},
		"a space before the profile":    {"[ default]\n" + key, "", "", "line 1 has more than the profile"},
		"a space behind the profile":    {"[default ]\n" + key, "", "", "line 1 has more than the profile"},
		"a bracket in a comment":        {"[default] # [x]\n" + key, "", "", "line 1 has more than the profile"},
		"a carriage return":             {one + "a = 1\raws_session_token = t\n", "", "", "line 4 has a carriage return"},
		"a carriage return, commented":  {one + "# 1\raws_session_token = t\n", "", "", "line 4 has a carriage return"},
		"a space that is not ASCII":     {"[default]\naws_access_key_id =\u00a0ID1\naws_secret_access_key = s\n", "", "", "not printable ASCII"},
		"indented by one that is not":   {one + "\u00a0aws_session_token = t\n", "", "", "line 4 is neither"},
		"a comment behind a value":      {"[default]\naws_access_key_id = ID1 # old\naws_secret_access_key = s\n", "", "", "line 2 has a comment behind aws_access_key_id"},
		"a comment in place of a value": {"[default]\naws_access_key_id =\naws_secret_access_key =\t; none\n", "", "", "line 3 has a comment behind aws_secret"},
		"a byte order mark":             {"\ufeff" + one, "", "", "line 1 is neither"},
		"quotes in credentials":         {"[\"default\"]\n" + key, "", "", ""},
		"a profile of two words":        {"", "[profile a b]\n" + key, "a b", "names a profile that is in neither file"},
		"another case":                  {"[Default]\n" + key, "", "", ""},
	} {
		got, err := sharedKey(t, home(t, c.secret, c.config, "AWS_PROFILE", c.profile))
		assert.Equal(t, "- - - -", got, what)
		assert.ErrorContains(t, err, c.says, what)
		assert.Equal(t, c.says == "", errors.Is(err, auth.ErrSecretNotFound), what)
	}
}

// FuzzAWSShared: what is accepted is what a plain reading of the section's own
// lines gives, and another profile in the file changes nothing.
func FuzzAWSShared(f *testing.F) {
	for _, seed := range []string{"", profile("default", "1"), "[default]\nregion = x # y\n", profile("a", "1") + profile("default", "2"),
		"[default]\ns3 =\n  region = x\naws_access_key_id = a\n", "[ default ]\r\naws_session_token==\r\n", "[default]\naws_access_key_id = a\n b\n", "[profile default]\nregion=x", "[default]\nregion=0\nAws_ACCess_keY_id=0", "[\"default\"]\naws_secret_access_key = ; #\n"} {
		f.Add(seed)
	}
	folder := f.TempDir()
	path := filepath.Join(folder, "credentials")
	f.Fuzz(func(t *testing.T, content string) {
		read := func(content string) (map[string]string, error) {
			require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
			s, err := credentials.AWSShared(environ{"AWS_SHARED_CREDENTIALS_FILE": path}.lookup).Secrets(t.Context(), "aws")
			return reveal(s), err
		}
		got, err := read(content)
		if err != nil {
			require.Empty(t, got)
			return
		}
		for name, value := range got {
			property := strings.ToLower(name)
			if name == "AWS_REGION" {
				property = "region"
			}
			require.Equal(t, plainly(content, property), value, "%s", name)
			require.NotContains(t, value, "\n")
			require.Equal(t, strings.Trim(value, " \t"), value)
		}
		again, err := read(content + "\n" + profile("no such profile in a fuzzed file", "other"))
		require.NoError(t, err)
		require.Equal(t, got, again, "another profile changes nothing")
	})
}

// plainly looks a property up in the section [default], line by line.
func plainly(content, property string) (value string) {
	in := false
	for _, line := range strings.Split(content, "\n") {
		if strings.HasPrefix(line, "[") {
			head, _, _ := strings.Cut(line[1:], "]")
			in = head == "default"
		}
		name, rest, _ := strings.Cut(line, "=")
		if in && strings.TrimLeft(line, " \t#;") == line && strings.EqualFold(strings.Trim(name, " \t"), property) {
			value = strings.Trim(strings.TrimRight(rest, "\r\n\t "), " \t")
		}
	}
	return value
}
