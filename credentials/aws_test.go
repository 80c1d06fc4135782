package credentials_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

func TestAWSAnswersAsTheDocumentSays(t *testing.T) {
	p := newAWS(t, awsSet(), credentials.AWSOptions{})
	m := masked(t, p, "eu-north-1")

	assert.Equal(t, "aws", p.Name())
	assert.Equal(t, "AWS", p.Title())
	assert.Equal(t, "eu-north-1", m.Region)
	assert.Equal(t, "AKIAIOSFODNN7EXAMPLE", m.AccessKeyID)
	assert.Equal(t, "wJal****************************KEYX", m.SecretAccessKey)
	assert.Equal(t, "https://bedrock-runtime.eu-north-1.amazonaws.com/model/eu.anthropic.claude-sonnet-4-6/converse", m.Endpoint)
	assert.Equal(t, "AWS Signature Version 4", m.AuthMethod)
	assertBeginnings(t, m)

	var keys map[string]string
	text, err := json.Marshal(m)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &keys))
	assert.ElementsMatch(t, []string{"region", "accessKeyId", "secretAccessKey", "endpoint", "authMethod",
		"curlExample", "nodeExample", "pythonExample"}, keysOf(keys), "the answer has the document's keys and no other")
}

func assertBeginnings(t *testing.T, m *credentials.Masked) {
	t.Helper()
	for example, begin := range map[string]string{
		m.CurlExample:   "curl -X POST",
		m.NodeExample:   "// Node.js example",
		m.PythonExample: "# Python example",
	} {
		assert.True(t, strings.HasPrefix(example, begin), "the document's example begins %q, this one is\n%s", begin, example)
	}
}

func keysOf(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

func TestAWSRegionIsTheUsersThenTheOptionsThenTheSets(t *testing.T) {
	for _, c := range []struct{ user, option, set, want string }{
		{"eu-north-1", "us-west-2", "ap-south-1", "eu-north-1"},
		{"", "us-west-2", "ap-south-1", "us-west-2"},
		{"", "", "eu-west-1", "eu-west-1"},
		{"", "", "", "us-east-1"},
		{"eu-north-1", "", "not a region", "eu-north-1"},
		// LESSONS 24, LiteLLM CVE-2024-6587: what a user's record holds is a
		// region or nothing; it never becomes another host.
		{"eu-north-1.evil.example/", "us-west-2", "", "us-west-2"},
		{"evil.example#", "us-west-2", "", "us-west-2"},
		{"EU-NORTH-1", "us-west-2", "", "us-west-2"},
		{"eu-north-1\n", "us-west-2", "", "us-west-2"},
		{"-1", "us-west-2", "", "us-west-2"},
		{"$(id)-a-1", "us-west-2", "", "us-west-2"},
		{strings.Repeat("eu-north", 9) + "-1", "us-west-2", "", "us-west-2"},
	} {
		m := masked(t, newAWS(t, awsSet("AWS_REGION", c.set), credentials.AWSOptions{Region: c.option}), c.user)
		assert.Equal(t, c.want, m.Region, "%+v", c)
		u, err := url.Parse(m.Endpoint)
		require.NoError(t, err)
		assert.Equal(t, "bedrock-runtime."+c.want+".amazonaws.com", u.Host, "the endpoint is in the region shown: %+v", c)
	}
	p := newAWS(t, awsSet("AWS_REGION", "eu-west-1"), credentials.AWSOptions{})
	m, err := p.Masked(context.Background(), nil)
	require.NoError(t, err, "without a user the region is the host's")
	assert.Equal(t, "eu-west-1", m.Region)

	p = newAWS(t, awsSet("AWS_REGION", docSecret), credentials.AWSOptions{})
	_, err = p.Masked(context.Background(), &auth.User{})
	require.ErrorContains(t, err, "AWS_REGION is not an AWS region")
	assert.NotContains(t, err.Error(), docSecret[:8], "an error shows no value of the set")
}

func TestAWSHostsOfEveryPartition(t *testing.T) {
	for _, c := range []struct{ region, plain, dualStack string }{
		{"eu-north-1", "eu-north-1.amazonaws.com", "eu-north-1.api.aws"},
		{"us-east-1", "us-east-1.amazonaws.com", "us-east-1.api.aws"},
		{"ap-southeast-2", "ap-southeast-2.amazonaws.com", "ap-southeast-2.api.aws"},
		{"us-gov-west-1", "us-gov-west-1.amazonaws.com", "us-gov-west-1.api.aws"},
		{"cn-north-1", "cn-north-1.amazonaws.com.cn", "cn-north-1.api.amazonwebservices.com.cn"},
		{"cn-northwest-1", "cn-northwest-1.amazonaws.com.cn", "cn-northwest-1.api.amazonwebservices.com.cn"},
		{"eusc-de-east-1", "eusc-de-east-1.amazonaws.eu", "eusc-de-east-1.api.amazonwebservices.eu"},
		{"us-iso-east-1", "us-iso-east-1.c2s.ic.gov", "us-iso-east-1.api.aws.ic.gov"},
		{"us-isob-east-1", "us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1.api.aws.scloud"},
		{"eu-isoe-west-1", "eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1.api.cloud-aws.adc-e.uk"},
		{"us-isof-south-1", "us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1.api.aws.hci.ic.gov"},
	} {
		host := func(o credentials.AWSOptions) string {
			o.Region, o.Model = c.region, "a.b"
			return masked(t, newAWS(t, awsSet(), o), "").Endpoint
		}
		const path = "/model/a.b/converse"
		assert.Equal(t, "https://bedrock-runtime."+c.plain+path, host(credentials.AWSOptions{}))
		assert.Equal(t, "https://bedrock-runtime."+c.dualStack+path, host(credentials.AWSOptions{DualStack: true}))
		if !strings.HasPrefix(c.region, "us-") {
			_, err := credentials.AWS(awsSet(), &credentials.AWSOptions{Region: c.region, Model: "a.b", FIPS: true})
			assert.ErrorContains(t, err, "region "+c.region+" has no FIPS endpoint")
			continue
		}
		assert.Equal(t, "https://bedrock-runtime-fips."+c.plain+path, host(credentials.AWSOptions{FIPS: true}))
		assert.Equal(t, "https://bedrock-runtime-fips."+c.dualStack+path, host(credentials.AWSOptions{FIPS: true, DualStack: true}))
	}
}

// A host that asks for FIPS gets nothing else, whatever region a user has.
func TestAWSFIPSIsNeverDropped(t *testing.T) {
	o := credentials.AWSOptions{FIPS: true, Model: "a.b"}
	for user, want := range map[string]string{
		"ca-central-1": "ca-central-1", "us-gov-east-1": "us-gov-east-1", "eu-north-1": "us-west-2", "cn-north-1": "us-west-2", "": "us-west-2",
	} {
		m := masked(t, newAWS(t, awsSet("AWS_REGION", "us-west-2"), o), user)
		assert.Equal(t, want, m.Region)
		assert.Contains(t, m.Endpoint, "//bedrock-runtime-fips."+want+".")
	}
	_, err := newAWS(t, awsSet("AWS_REGION", "eu-north-1"), o).Masked(context.Background(), nil)
	assert.ErrorContains(t, err, "AWS_REGION has no FIPS endpoint")
}

// botoEndpoints prints what AWS's own rules say of every region that they know:
// region, FIPS, dual stack and URL.
const botoEndpoints = `import boto3
from botocore.endpoint_provider import EndpointProvider
session = boto3.Session()
loader = session._loader
rules = EndpointProvider(loader.load_service_model("bedrock-runtime", "endpoint-rule-set-1"), loader.load_data("partitions"))
for partition in session.get_available_partitions():
    for region in session.get_available_regions("ec2", partition_name=partition):
        for fips in (False, True):
            for dual in (False, True):
                print(region, fips, dual, rules.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual).url)
`

func TestAWSHostsAreThoseOfBoto3(t *testing.T) {
	python := pythons(t, "boto3")[0]
	if python.command == nil {
		missing(t, "a "+python.name)
	}
	out, err := exec.CommandContext(t.Context(), python.command[0], "-c", botoEndpoints).Output()
	require.NoError(t, err)
	partitions := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		o := credentials.AWSOptions{Region: f[0], Model: "a.b", FIPS: f[1] == "True", DualStack: f[2] == "True"}
		p, err := credentials.AWS(awsSet(), &o)
		if err != nil {
			assert.True(t, o.FIPS && !strings.HasPrefix(f[0], "us-") && !strings.HasPrefix(f[0], "ca-"), "%s: %v", line, err)
			continue
		}
		assert.Equal(t, f[3]+"/model/a.b/converse", masked(t, p, "").Endpoint, line)
		partitions[strings.SplitN(f[3], f[0], 2)[1]] = true
	}
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".c2s.ic.gov", ".sc2s.sgov.gov", ".cloud.adc-e.uk", ".csp.hci.ic.gov"} {
		assert.Contains(t, partitions, suffix, "boto3 knows every partition")
	}
}

// FuzzAWS wants any region, model and prompt refused or called as they are, at
// a host of AWS.
func FuzzAWS(f *testing.F) {
	for _, region := range []string{"eu-north-1", "cn-north-1", "us-iso-east-1", "eu-north-1.evil.example/", "$(id)-a-1", "", "a'b-c-1"} {
		for _, model := range []string{"", colonModel, arnModel, "..", "a/../b", hostilePrompt, "a%2e", "a?b", "é"} {
			f.Add(region, model, hostilePrompt)
		}
	}
	f.Fuzz(func(t *testing.T, region, model, prompt string) {
		p, err := credentials.AWS(awsSet("AWS_REGION", region), &credentials.AWSOptions{Model: model, Prompt: prompt})
		if err != nil {
			return
		}
		m, err := p.Masked(context.Background(), &auth.User{AWSRegion: region})
		if err != nil {
			return
		}
		u, err := url.Parse(m.Endpoint)
		require.NoError(t, err)
		require.Regexp(t, `^bedrock-runtime\.[a-z]{2,4}(-[a-z]+)+-[0-9]+\.(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)$`, u.Host)
		require.NotContains(t, strings.Split(u.EscapedPath(), "/"), "..", "no path walks up")
		if model != "" {
			require.Equal(t, "/model/"+model+"/converse", u.Path)
		}
		for _, example := range []string{m.CurlExample, m.NodeExample, m.PythonExample} {
			require.Equal(t, -1, strings.IndexFunc(example, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }), "an example is printable ASCII")
		}
	})
}

func TestAWSModelIsKnownOrAskedForAndNeverGuessed(t *testing.T) {
	model := func(o credentials.AWSOptions, region string) string {
		m := masked(t, newAWS(t, awsSet(), o), region)
		path, ok := strings.CutSuffix(strings.SplitAfterN(m.Endpoint, "/model/", 2)[1], "/converse")
		require.True(t, ok, m.Endpoint)
		return path
	}
	none := credentials.AWSOptions{}
	assert.Equal(t, "eu.anthropic.claude-sonnet-4-6", model(none, "eu-west-3"))
	assert.Equal(t, "us.anthropic.claude-sonnet-4-6", model(none, "us-west-2"))
	for _, region := range []string{"ap-south-1", "us-gov-west-1", "eu-isoe-west-1", "us-iso-east-1", "eusc-de-east-1", "cn-north-1"} {
		assert.Equal(t, "REPLACE_WITH_A_MODEL_ID", model(none, region), "a user in %s still sees the key", region)
		_, err := credentials.AWS(awsSet(), &credentials.AWSOptions{Region: region})
		assert.ErrorContains(t, err, "set AWSOptions.Model", "a host in %s is told at start", region)
	}
	assert.Equal(t, "x.y-v1", model(credentials.AWSOptions{Model: "x.y-v1"}, "ap-south-1"))
	assert.Equal(t, "anthropic.claude-v2%3A1", model(credentials.AWSOptions{Model: "anthropic.claude-v2:1"}, "us-east-1"))
	assert.Equal(t, "arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ainference-profile%2Fus.a.b",
		model(credentials.AWSOptions{Model: "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.a.b"}, "us-east-1"))
}

func TestAWSConstructorNamesAllThatIsWrong(t *testing.T) {
	_, err := credentials.AWS(nil, &credentials.AWSOptions{Region: "mars-1", Model: "../x"})
	require.Error(t, err)
	for _, part := range []string{"source of secrets is nil", `Region "mars-1" is not an AWS region`, "Model is not a Bedrock model ID"} {
		assert.ErrorContains(t, err, part)
	}
	for _, model := range []string{"..", ".", "a b", "a'b", "a\nb", "a%2e", "a?b", "a#b", "$(id)", strings.Repeat("a", 2049)} {
		_, err := credentials.AWS(awsSet(), &credentials.AWSOptions{Model: model})
		assert.Error(t, err, "model %q", model)
	}
	_, err = credentials.AWS(awsSet(), &credentials.AWSOptions{Prompt: strings.Repeat("é", 20_000)})
	assert.ErrorContains(t, err, "Prompt", "curl could not be given it")
	_, err = credentials.AWS(awsSet(), nil)
	assert.NoError(t, err, "nil options are safe defaults")
}

func TestAWSTellsNotConfiguredFromHalfConfigured(t *testing.T) {
	ask := func(src auth.SecretProvider) error {
		m, err := newAWS(t, src, credentials.AWSOptions{}).Masked(context.Background(), &auth.User{})
		if err != nil {
			assert.Nil(t, m, "nothing is shown beside an error")
		}
		return err
	}
	const id, secret, token = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
	assert.ErrorIs(t, ask(credentials.Static(nil)), auth.ErrSecretNotFound)
	assert.ErrorIs(t, ask(awsSet(id, "", secret, "")), auth.ErrSecretNotFound, "empty is not configured")
	assert.ErrorIs(t, ask(awsSet(id, "", secret, "", "AWS_REGION", "eu-west-1")), auth.ErrSecretNotFound, "a region is no credential")

	for _, c := range []struct {
		src  auth.SecretProvider
		says string
	}{
		{awsSet(id, ""), id + " is missing"},
		{awsSet(secret, ""), secret + " is missing"},
		{awsSet(id, "", secret, "", token, docToken), id + " is missing"},
		{awsSet(id, docSecret, secret, docKeyID), "swapped"},
	} {
		err := ask(c.src)
		assert.ErrorContains(t, err, c.says)
		assert.NotErrorIs(t, err, auth.ErrSecretNotFound, "half a key is a fault, not an absence")
		for _, value := range []string{docKeyID, docSecret, docToken} {
			assert.NotContains(t, err.Error(), value[:8], "an error shows no value of the set")
		}
	}
	broken := errors.New("vault is sealed")
	assert.ErrorIs(t, ask(failing{broken}), broken, "a source's fault is passed on")
}

// failing is a source that is down.
type failing struct{ err error }

func (f failing) Secrets(context.Context, string) (auth.Secrets, error) { return auth.Secrets{}, f.err }
