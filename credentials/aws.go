package credentials

import (
	"context"
	"errors"
	"fmt"

	"github.com/sallyport-go/sallyport/auth"
)

const (
	awsName            = "aws"
	awsAccessKeyID     = "AWS_ACCESS_KEY_ID"
	awsSecretAccessKey = "AWS_SECRET_ACCESS_KEY"
	awsSessionToken    = "AWS_SESSION_TOKEN"
	awsRegion          = "AWS_REGION"

	// lastRegion is shown when nobody named a region: which key is in use is
	// what an administrator came to see, and it needs no region.
	lastRegion = "us-east-1"

	// noModel stands where a model ID belongs that nobody has named.
	noModel = "REPLACE_WITH_A_MODEL_ID"

	maxModelID = 2048 // Bedrock's own limit

	// maxBody is what a request may have in bytes, because curl has it as an
	// argument: Linux gives one 128 KiB.
	maxBody = 100 << 10

	defaultPrompt = "Say hello in one sentence."
)

// AWSOptions says how the examples of [AWS] call Bedrock. Every field may be
// left zero.
type AWSOptions struct {
	// Region is for users whose aws_region is empty, not a region, or without
	// the endpoint that FIPS asks for. If empty, it is the set's AWS_REGION; if
	// that is empty too, us-east-1.
	Region string

	// Model is a Bedrock model ID, inference profile or ARN. If empty, it is
	// Claude Sonnet 4.6 through the profile of the region's geography, in eu-*
	// and us-* regions of the standard partition. Elsewhere nothing sensible
	// is known: a Region there needs a Model, and a user whose own aws_region
	// is there is shown REPLACE_WITH_A_MODEL_ID in its place.
	Model string

	// Prompt is what the examples ask. If empty, it is a greeting. The request
	// with it has at most 100 KiB.
	Prompt string

	// FIPS chooses the endpoint with validated cryptography, which only regions
	// of the United States and Canada have (FIPS 140).
	FIPS bool

	// DualStack chooses the endpoint that also has IPv6 addresses.
	DualStack bool
}

// AWS returns the provider "aws": an access key from the set "aws" of src, and
// calls to Bedrock signed with it. The region is the user's aws_region; failing
// that, that of opts. Nil opts are as the zero AWSOptions.
//
// Its Masked fails when the access key ID or its secret is there without the
// other, and when AWS_REGION is needed and not a region that has the endpoint.
func AWS(src auth.SecretProvider, opts *AWSOptions) (Provider, error) {
	if opts == nil {
		opts = &AWSOptions{}
	}
	p := &aws{src: src, opts: *opts}
	if p.opts.Prompt == "" {
		p.opts.Prompt = defaultPrompt
	}
	if err := errors.Join(p.check()...); err != nil {
		return nil, err
	}
	return p, nil
}

type aws struct {
	src  auth.SecretProvider
	opts AWSOptions
}

func (*aws) Name() string  { return awsName }
func (*aws) Title() string { return "AWS" }

const (
	// modelID is what Bedrock names models with, ARNs included. It leaves no
	// room for a path of dots or for quotes in an example.
	modelID = `^[A-Za-z0-9][A-Za-z0-9._:/-]*$`

	// keyID is any access key ID, now 20 characters, and never a secret that
	// was swapped with it: those have 40 of both cases.
	keyID = `^(\w{1,32}|[A-Z0-9]{33,128})$`
)

// check lists what is wrong with the configuration.
func (p *aws) check() (wrong []error) {
	if p.src == nil {
		wrong = append(wrong, errNoSource)
	}
	o := p.opts
	switch {
	case o.Region != "" && !auth.ValidRegion(o.Region):
		wrong = append(wrong, fmt.Errorf("credentials: AWSOptions.Region %q is not an AWS region: use a name such as eu-north-1", o.Region))
	case o.Region != "" && !p.serves(o.Region):
		wrong = append(wrong, fmt.Errorf("credentials: region %s has no FIPS endpoint: name a region of the United States or Canada, or leave AWSOptions.FIPS false", o.Region))
	case o.Region != "" && o.Model == "" && defaultModel(o.Region) == "":
		wrong = append(wrong, fmt.Errorf("credentials: no model is known for region %s: set AWSOptions.Model to a model ID enabled there", o.Region))
	}
	if o.Model != "" && (len(o.Model) > maxModelID || !matches(modelID, o.Model)) {
		wrong = append(wrong, errors.New("credentials: AWSOptions.Model is not a Bedrock model ID: use letters, digits and . _ : / -"))
	}
	if len(p.call(lastRegion).Body()) > maxBody {
		wrong = append(wrong, errors.New("credentials: AWSOptions.Prompt makes a request of more than 100 KiB: shorten it"))
	}
	return wrong
}

func (p *aws) Masked(ctx context.Context, user *auth.User) (*Masked, error) {
	set, err := p.src.Secrets(ctx, awsName)
	if err != nil {
		return nil, fmt.Errorf("credentials: aws: %w", err)
	}
	id, secret := set.Values[awsAccessKeyID], set.Values[awsSecretAccessKey]
	if err := checkAccessKey(id, secret, set.Values[awsSessionToken]); err != nil {
		return nil, err
	}
	region, err := p.region(user, set.Values[awsRegion])
	if err != nil {
		return nil, err
	}
	call := p.call(region)
	return call.examples(&Masked{
		Region:          region,
		AccessKeyID:     id.Reveal(),
		SecretAccessKey: mask(secret, awsStars),
		Endpoint:        call.Endpoint(),
		AuthMethod:      "AWS Signature Version 4",
		Source:          set.Source,
		Version:         set.Version,
		Expires:         set.Expires,
	}), nil
}

// checkAccessKey tells a key that is not configured from one that is in part.
func checkAccessKey(id, secret, token auth.Secret) error {
	switch {
	case id.Empty() && secret.Empty() && token.Empty():
		return fmt.Errorf("credentials: aws: %w", auth.ErrSecretNotFound)
	case id.Empty():
		return errors.New("credentials: AWS_ACCESS_KEY_ID is missing beside AWS_SECRET_ACCESS_KEY or AWS_SESSION_TOKEN: set it")
	case secret.Empty():
		return errors.New("credentials: AWS_SECRET_ACCESS_KEY is missing beside AWS_ACCESS_KEY_ID: set it")
	case !matches(keyID, id.Reveal()):
		return errors.New("credentials: AWS_ACCESS_KEY_ID is not an access key ID: see whether it is swapped with AWS_SECRET_ACCESS_KEY")
	}
	return nil
}

// serves reports whether a name is that of a region with the endpoint wanted.
func (p *aws) serves(region string) bool {
	return auth.ValidRegion(region) && (!p.opts.FIPS || hasFIPS(region))
}

// region returns the region of the user, of the options or of the set, in this
// order. A user's that does not serve is passed over: people do not get to
// break the page for themselves.
func (p *aws) region(user *auth.User, fromSet auth.Secret) (string, error) {
	switch set := fromSet.Reveal(); {
	case user != nil && p.serves(user.AWSRegion):
		return user.AWSRegion, nil
	case p.opts.Region != "":
		return p.opts.Region, nil
	case set == "":
		return lastRegion, nil
	case !auth.ValidRegion(set):
		return "", errors.New("credentials: AWS_REGION is not an AWS region: use a name such as eu-north-1")
	case !p.serves(set):
		return "", errors.New("credentials: AWS_REGION has no FIPS endpoint: name a region of the United States or Canada, or leave AWSOptions.FIPS false")
	default:
		return set, nil
	}
}

// call returns what the examples for a region say.
func (p *aws) call(region string) bedrockCall {
	model := p.opts.Model
	if model == "" {
		model = defaultModel(region)
	}
	if model == "" {
		model = noModel
	}
	return bedrockCall{
		Region: region,
		Host:   bedrockHost(region, p.opts.FIPS, p.opts.DualStack),
		Model:  model,
		Prompt: p.opts.Prompt,
	}
}
