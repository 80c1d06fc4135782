package credentials_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"time"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
)

// exampleFolder stands for a folder that the platform made.
func exampleFolder(name, content string) (folder string, remove func()) {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		log.Fatal(err)
	}
	return folder, func() { os.RemoveAll(folder) }
}

func ExampleFiles() {
	folder, remove := exampleFolder("nvidia", "nvapi-of-the-file\n")
	defer remove()
	src := credentials.Files(map[string]string{"NVIDIA_API_KEY": filepath.Join(folder, "nvidia")})
	secrets, err := src.Secrets(context.Background(), "nvidia")
	fmt.Println(secrets.Values["NVIDIA_API_KEY"], err)
	// Output: [redacted] <nil>
}

// In a container the path is where the volume is mounted; under systemd it is
// os.Getenv("CREDENTIALS_DIRECTORY").
func ExampleDir() {
	folder, remove := exampleFolder("nvidia-key", "nvapi-of-the-volume\n")
	defer remove()
	src := credentials.Dir(folder, map[string]string{"NVIDIA_API_KEY": "nvidia-key"})
	secrets, err := src.Secrets(context.Background(), "nvidia")
	fmt.Println(secrets.Values["NVIDIA_API_KEY"], err)
	// Output: [redacted] <nil>
}

func ExampleAWSShared() {
	folder, remove := exampleFolder("credentials", "[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = of-the-profile\n")
	defer remove()
	// A host writes credentials.AWSShared(os.LookupEnv).
	src := credentials.AWSShared(func(name string) (string, bool) {
		value, ok := map[string]string{"AWS_PROFILE": "dev", "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(folder, "credentials")}[name]
		return value, ok
	})
	secrets, err := src.Secrets(context.Background(), "aws")
	fmt.Println(secrets.Values["AWS_ACCESS_KEY_ID"].Reveal(), secrets.Values["AWS_SECRET_ACCESS_KEY"], err)
	// Output: AKIAIOSFODNN7EXAMPLE [redacted] <nil>
}

func ExampleChain() {
	// The environment where the key is there, else the volume.
	src := credentials.Chain(credentials.Env(environment), credentials.Dir("/run/secrets", nil))
	secrets, err := src.Secrets(context.Background(), "nvidia")
	fmt.Println(secrets.Values["NVIDIA_API_KEY"], err)
	// Output: [redacted] <nil>
}

// A key in Vault or OpenBao (KV version 2), without their client.
func ExampleFunc() {
	vault := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"data":{"data":{"NVIDIA_API_KEY":"nvapi-of-the-vault"},"metadata":{"version":7}}}`)
	}))
	defer vault.Close()

	src := credentials.Func(func(ctx context.Context, set string) (auth.Secrets, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, vault.URL+"/v1/secret/data/"+set, nil)
		if err != nil {
			return auth.Secrets{}, err
		}
		req.Header.Set("X-Vault-Token", "the host's token")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return auth.Secrets{}, err
		}
		defer res.Body.Close()
		if res.StatusCode == http.StatusNotFound {
			return auth.Secrets{}, auth.ErrSecretNotFound
		}
		if res.StatusCode != http.StatusOK {
			return auth.Secrets{}, errors.New("vault: " + res.Status)
		}
		var answer struct {
			Data struct {
				Data     map[string]string
				Metadata struct{ Version int }
			}
		}
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			return auth.Secrets{}, errors.New("vault: the answer is not JSON")
		}
		secrets := auth.Secrets{Values: map[string]auth.Secret{}, Version: fmt.Sprint(answer.Data.Metadata.Version)}
		for field, value := range answer.Data.Data {
			secrets.Values[field] = auth.NewSecret(value)
		}
		return secrets, nil
	})
	secrets, err := src.Secrets(context.Background(), "nvidia")
	fmt.Println(secrets.Version, secrets.Values["NVIDIA_API_KEY"], err)
	// Output: 7 [redacted] <nil>
}

// sdkCredentials stands for what config.LoadDefaultConfig of aws-sdk-go-v2
// gives as Credentials.Retrieve.
func sdkCredentials(context.Context) (c struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time
}, err error) {
	c.AccessKeyID, c.SecretAccessKey, c.SessionToken = "ASIAIOSFODNN7EXAMPLE", "of-the-sdk", "token"
	return c, nil
}

// Roles, SSO and credential_process take the AWS SDK, which is the host's.
func ExampleFunc_awsSDK() {
	src := credentials.Func(func(ctx context.Context, set string) (auth.Secrets, error) {
		if set != "aws" {
			return auth.Secrets{}, auth.ErrSecretNotFound
		}
		c, err := sdkCredentials(ctx)
		if err != nil {
			return auth.Secrets{}, err
		}
		return auth.Secrets{Expires: c.Expires, Values: map[string]auth.Secret{
			"AWS_ACCESS_KEY_ID":     auth.NewSecret(c.AccessKeyID),
			"AWS_SECRET_ACCESS_KEY": auth.NewSecret(c.SecretAccessKey),
			"AWS_SESSION_TOKEN":     auth.NewSecret(c.SessionToken),
		}}, nil
	})
	secrets, err := src.Secrets(context.Background(), "aws")
	fmt.Println(secrets.Values["AWS_ACCESS_KEY_ID"].Reveal(), secrets.Values["AWS_SECRET_ACCESS_KEY"], err)
	// Output: ASIAIOSFODNN7EXAMPLE [redacted] <nil>
}

func ExampleNewCache() {
	remote := credentials.Func(func(context.Context, string) (auth.Secrets, error) {
		return auth.Secrets{Values: map[string]auth.Secret{"NVIDIA_API_KEY": auth.NewSecret("nvapi-from-afar")}}, nil
	})
	cache, err := credentials.NewCache(remote, &credentials.CacheOptions{Fresh: 5 * time.Minute})
	if err != nil {
		log.Fatal(err)
	}
	secrets, err := cache.Secrets(context.Background(), "nvidia")
	fmt.Println(secrets.Values["NVIDIA_API_KEY"], err)
	for _, h := range cache.Health() {
		fmt.Println(h.Set, h.Configured, h.Stale, h.Failures)
	}
	// Output:
	// [redacted] <nil>
	// nvidia true false 0
}

// A provider refused the key: the next reader gets what the source has now,
// however fresh the cache takes the former one for.
func ExampleCache_Invalidate() {
	key := "nvapi-before-the-rotation"
	remote := credentials.Func(func(context.Context, string) (auth.Secrets, error) {
		return auth.Secrets{Values: map[string]auth.Secret{"NVIDIA_API_KEY": auth.NewSecret(key)}}, nil
	})
	cache, err := credentials.NewCache(remote, nil)
	if err != nil {
		log.Fatal(err)
	}
	show := func() {
		secrets, err := cache.Secrets(context.Background(), "nvidia")
		fmt.Println(secrets.Values["NVIDIA_API_KEY"].Reveal(), err)
	}
	show()
	key = "nvapi-after-the-rotation"
	show()
	cache.Invalidate("nvidia")
	show()
	// Output:
	// nvapi-before-the-rotation <nil>
	// nvapi-before-the-rotation <nil>
	// nvapi-after-the-rotation <nil>
}
