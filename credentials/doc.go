// Package credentials shows administrators which provider credentials a host's
// programs use: masked, with examples that run.
//
// Start with where the secrets are, then name the providers:
//
//	src := credentials.Env(os.LookupEnv)
//	aws, err := credentials.AWS(src, &credentials.AWSOptions{Region: "eu-north-1"})
//	nvidia, err := credentials.NVIDIA(src, nil)
//
// Each [Provider] is one endpoint, GET {prefix}/{name}-credentials, once the
// host lists it in httpadapter's Options.Credentials. [OpenAI] makes one of any
// service that speaks OpenAI's protocol, and package credentialstest checks a
// Provider of your own.
//
// # Sets and fields
//
// A source is asked for a whole set at once, so that an access key ID is never
// paired with another rotation's secret. The fields of a set are named as the
// environment variables that the examples read:
//
//	aws      AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION
//	nvidia   NVIDIA_API_KEY
//	my-llm   MY_LLM_API_KEY
//
// An empty field is one that is not there. A set of which nothing is there is
// not configured, which is no fault: the endpoint answers 404. A set of which
// a needed part is missing, such as an access key ID without its secret, is a
// fault: the error says what to set, and the endpoint answers 503.
//
// # Sources
//
// [Env], [Files], [Dir] and [AWSShared] read what a platform provides, anew each
// time, so that a rotation shows at the next request. [Static] holds fixed
// values, and [Func] is anything else: Vault, an SDK, a database. [Chain] takes
// a set from the first source that has it. [NewCache] goes in front of a source
// that is far away.
//
// # What leaves the process
//
// A secret is shown as its first and last four characters around a number of
// stars that depends on its kind alone, so the answer does not tell its
// length. A secret of fewer than 24 characters, or with a character that is
// not printable ASCII, is shown as stars. A session token is not shown. The
// examples never hold a secret: they read the variables above, keep them out of
// argument lists, and print the service's answer only. They are ASCII, whatever
// the prompt, so that every shell reads them alike in every locale.
//
// Nothing in a request but the user's own aws_region, checked by
// [auth.ValidRegion], changes where an example sends a credential.
package credentials
