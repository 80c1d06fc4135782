package credentials_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
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
		for _, fips := range []bool{false, true} {
			service := map[bool]string{false: "bedrock-runtime.", true: "bedrock-runtime-fips."}[fips]
			o := credentials.AWSOptions{Region: c.region, Model: "a.b", FIPS: fips}
			assert.Equal(t, "https://"+service+c.plain+"/model/a.b/converse", masked(t, newAWS(t, awsSet(), o), "").Endpoint)
			o.DualStack = true
			assert.Equal(t, "https://"+service+c.dualStack+"/model/a.b/converse", masked(t, newAWS(t, awsSet(), o), "").Endpoint)
		}
	}
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
