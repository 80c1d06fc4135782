package credentials_test

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// environment stands for os.LookupEnv, which a host gives to Env.
func environment(name string) (string, bool) {
	value, ok := map[string]string{
		"AWS_ACCESS_KEY_ID":     "AKIAIOSFODNN7EXAMPLE",
		"AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKKEYX",
		"NVIDIA_API_KEY":        "nvapi-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXxxxx",
		"GROQ_API_KEY":          "gsk_0123456789abcdefghijklmnopqrstuvwxyz",
	}[name]
	return value, ok
}

func ExampleAWS() {
	provider, err := credentials.AWS(credentials.Env(environment), &credentials.AWSOptions{Region: "us-east-1"})
	if err != nil {
		log.Fatal(err)
	}
	shown, err := provider.Masked(context.Background(), &auth.User{AWSRegion: "eu-north-1"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown.AccessKeyID, shown.SecretAccessKey)
	fmt.Println(shown.Endpoint)
	fmt.Println(shown.CurlExample)
	// Output:
	// AKIAIOSFODNN7EXAMPLE wJal****************************KEYX
	// https://bedrock-runtime.eu-north-1.amazonaws.com/model/eu.anthropic.claude-sonnet-4-6/converse
	// curl -X POST 'https://bedrock-runtime.eu-north-1.amazonaws.com/model/eu.anthropic.claude-sonnet-4-6/converse' \
	//   --aws-sigv4 'aws:amz:eu-north-1:bedrock' \
	//   -H 'Content-Type: application/json' \
	//   --globoff \
	//   --data-raw '{"messages":[{"role":"user","content":[{"text":"Say hello in one sentence."}]}]}' \
	//   --config - <<EOF
	// user = "${AWS_ACCESS_KEY_ID:?}:${AWS_SECRET_ACCESS_KEY:?}"
	// ${AWS_SESSION_TOKEN:+header=X-Amz-Security-Token:$AWS_SESSION_TOKEN}
	// EOF
}

func ExampleNVIDIA() {
	provider, err := credentials.NVIDIA(credentials.Env(environment), nil)
	if err != nil {
		log.Fatal(err)
	}
	shown, err := provider.Masked(context.Background(), &auth.User{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown.APIKey)
	fmt.Println(shown.Endpoint)
	// Output:
	// nvap************************************xxxx
	// https://integrate.api.nvidia.com/v1/chat/completions
}

// A third service is one value in httpadapter's Options.Credentials, and is
// then served at GET {prefix}/groq-credentials.
func ExampleOpenAI() {
	provider, err := credentials.OpenAI(credentials.Env(environment), credentials.OpenAIOptions{
		Name:    "groq", // the key is GROQ_API_KEY
		Title:   "Groq",
		BaseURL: "https://api.groq.com",
		Path:    "/openai/v1",
		Model:   "openai/gpt-oss-120b",
	})
	if err != nil {
		log.Fatal(err)
	}
	shown, err := provider.Masked(context.Background(), &auth.User{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown.APIKey)
	fmt.Println(shown.Endpoint)
	fmt.Println(strings.SplitN(shown.NodeExample, ":", 2)[0])
	// Output:
	// gsk_************************************wxyz
	// https://api.groq.com/openai/v1/chat/completions
	// // Node.js example
}

func ExampleEnv() {
	// A host writes credentials.Env(os.LookupEnv).
	secrets, err := credentials.Env(environment).Secrets(context.Background(), "nvidia")
	fmt.Println(secrets.Values["NVIDIA_API_KEY"], err)
	// Output: [redacted] <nil>
}

func ExampleStatic() {
	src := credentials.Static(map[string]map[string]string{"nvidia": {"NVIDIA_API_KEY": "nvapi-from-the-host's-own-configuration"}})
	secrets, err := src.Secrets(context.Background(), "nvidia")
	fmt.Println(secrets.Values["NVIDIA_API_KEY"], err)
	// Output: [redacted] <nil>
}
