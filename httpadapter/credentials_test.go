package httpadapter_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sallyport-go/sallyport/auth"
	"github.com/sallyport-go/sallyport/credentials"
	"github.com/sallyport-go/sallyport/httpadapter"
)

func TestCredentialsAreForAdministrators(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Credentials: []credentials.Provider{
		provider{"aws", "AWS", shows(credentials.Masked{Region: "eu-north-1"})},
		provider{"acme-2", "Acme", shows(credentials.Masked{APIKey: "****"})},
	}})
	for path, want := range map[string]string{
		"aws-credentials":    `{"success":true,"credentials":{"region":"eu-north-1"}}`,
		"acme-2-credentials": `{"success":true,"credentials":{"apiKey":"****"}}`,
		"nvidia-credentials": `{"success":false,"message":"NVIDIA credentials are not configured"}`,
	} {
		path = "/api/auth/" + path
		ask(t, h, get(path, "")).is(t, 401, noToken)
		ask(t, h, get(path, "x")).is(t, 401, invalidToken)
		ask(t, h, get(path, h.tokens[auth.RoleUser])).is(t, 403, "Admin access required")
		require.Equal(t, want, ask(t, h, get(path, h.tokens[auth.RoleAdmin])).raw)
		require.Equal(t, want, ask(t, h, get(path, h.tokens[auth.RoleSuperAdmin])).raw)
	}
	ask(t, h, get("/api/auth/other-credentials", h.tokens[auth.RoleAdmin])).is(t, 404, "Not found")
}

// LESSONS 21: role name spelling (Vault CVE-2025-5999, then CVE-2025-64761).
// Even an Authenticator that lets such a role through opens nothing here.
func TestARoleThatIsNotOneOfTheThreeSeesNoCredentials(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Credentials: []credentials.Provider{provider{"aws", "AWS", shows(credentials.Masked{Region: "x"})}}})
	for _, role := range []auth.Role{"Admin", "ADMIN", "admin ", "superadmin", "root", "*"} {
		token := h.fake.SignIn(auth.User{Role: role})
		ask(t, h, get("/api/auth/aws-credentials", token)).is(t, 403, "Admin access required")
	}
}

func TestDocumentedProvidersThatAreNotConfigured(t *testing.T) {
	notFound := fails(fmt.Errorf("env: %w", auth.ErrSecretNotFound))
	for name, h := range map[string]*house{
		"not given": newHouse(t, httpadapter.Options{}),
		"given and empty": newHouse(t, httpadapter.Options{Credentials: []credentials.Provider{
			provider{"aws", "AWS", notFound}, provider{"nvidia", "NVIDIA", notFound},
		}}),
	} {
		t.Run(name, func(t *testing.T) {
			for path, message := range map[string]string{
				"/api/auth/aws-credentials":    "AWS credentials are not configured",
				"/api/auth/nvidia-credentials": "NVIDIA credentials are not configured",
			} {
				ask(t, h, get(path, h.tokens[auth.RoleAdmin])).is(t, 404, message)
				ask(t, h, get(path, h.tokens[auth.RoleUser])).is(t, 403, "Admin access required")
				ask(t, h, get(path, "")).is(t, 401, noToken)
			}
			require.Empty(t, h.audit.Events(), "nothing was seen")
		})
	}
}

func TestALookIsOnRecordBeforeItIsAnswered(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Credentials: []credentials.Provider{provider{"aws", "AWS", shows(credentials.Masked{Region: "x"})}}})
	r := get("/api/auth/aws-credentials", h.tokens[auth.RoleAdmin])
	r.RemoteAddr = "192.0.2.1:4711"
	r.Header.Set("User-Agent", strings.Repeat("a", 255)+"é")
	require.Equal(t, 200, ask(t, h, r).status)

	events := h.audit.Events()
	require.Len(t, events, 1)
	e := events[0]
	id, err := h.fake.Validate(t.Context(), h.tokens[auth.RoleAdmin], 0)
	require.NoError(t, err)
	require.Equal(t, auth.EventCredentialViewed, e.Kind)
	require.Equal(t, []string{id.User.ID, "admin", id.Session.ID, "192.0.2.1", strings.Repeat("a", 255), "aws"},
		[]string{e.UserID, e.Username, e.SessionID, e.Remote.String(), e.UserAgent, e.Reason})
	require.WithinDuration(t, time.Now(), e.Time, time.Minute)

	h.audit.Fail(errors.New("disk full"))
	a := ask(t, h, get("/api/auth/aws-credentials", h.tokens[auth.RoleAdmin]))
	a.is(t, 503, "Service temporarily unavailable")
	require.Equal(t, "1", a.header.Get("Retry-After"))
	require.NotContains(t, a.raw, "region", "no record, no answer")
}

// What a provider knows beyond the document is shown where the host asked for
// it, behind the documented fields, and changes no byte of an answer elsewhere.
func TestDetailsAreShownWhereTheHostAskedForThem(t *testing.T) {
	known := credentials.Masked{
		APIKey: "****", BaseURL: "https://x.example", CurlExample: "curl",
		Source: "vault", Version: "7", Expires: time.Date(2026, 12, 1, 13, 0, 0, 5, time.FixedZone("", 3600)),
	}
	const documented = `{"success":true,"credentials":{"apiKey":"****","baseUrl":"https://x.example","curlExample":"curl"`
	for _, c := range []struct {
		details bool
		shown   credentials.Masked
		want    string
	}{
		{false, known, documented + `}}`},
		{true, known, documented + `,"source":"vault","version":"7","expiry":"2026-12-01T12:00:00Z"}}`},
		{true, credentials.Masked{APIKey: "****", BaseURL: "https://x.example", CurlExample: "curl"}, documented + `}}`},
	} {
		h := newHouse(t, httpadapter.Options{CredentialDetails: c.details, Credentials: []credentials.Provider{provider{"aws", "AWS", shows(c.shown)}}})
		require.Equal(t, c.want, ask(t, h, get("/api/auth/aws-credentials", h.tokens[auth.RoleAdmin])).raw)
		require.Len(t, h.audit.Events(auth.EventCredentialViewed), 1)
	}
}

// The source is named by its kind, through a Chain and a Cache too, and by no
// path.
func TestDetailsNameTheKindOfTheSource(t *testing.T) {
	const name, key = "NVIDIA_API_KEY", "nvapi-0123456789abcdefghijklmnopqrstuvwxyz"
	folder := t.TempDir()
	path := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(path, []byte(key), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "aws"), []byte("[default]\naws_access_key_id=AKIA1\naws_secret_access_key=x\n"), 0o600))
	only := func(name, value string) func(string) (string, bool) {
		variables := map[string]string{name: value}
		return func(asked string) (string, bool) { value, ok := variables[asked]; return value, ok }
	}
	for _, c := range []struct {
		want string
		src  auth.SecretProvider
	}{
		{"static", credentials.Static(map[string]map[string]string{"nvidia": {name: key}})},
		{"environment", credentials.Env(only(name, key))},
		{"file", credentials.Env(only(name+"_FILE", path))},
		{"file", credentials.Files(map[string]string{name: path})},
		{"directory", credentials.Dir(folder, nil)},
		{"aws profile", credentials.AWSShared(only("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(folder, "aws")))},
	} {
		cache, err := credentials.NewCache(credentials.Chain(credentials.Static(nil), c.src), nil)
		require.NoError(t, err)
		nvidia, err := credentials.NVIDIA(cache, nil)
		require.NoError(t, err)
		aws, err := credentials.AWS(cache, nil)
		require.NoError(t, err)
		h := newHouse(t, httpadapter.Options{CredentialDetails: true, Credentials: []credentials.Provider{nvidia, aws}})
		path := "/api/auth/nvidia-credentials"
		if c.want == "aws profile" {
			path = "/api/auth/aws-credentials"
		}
		a := ask(t, h, get(path, h.tokens[auth.RoleAdmin]))
		require.Contains(t, a.raw, `,"source":"`+c.want+`"`)
		require.NotContains(t, a.raw, folder)
	}
}

func TestAProviderThatFailsIsUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		h := newHouse(t, httpadapter.Options{
			Logger:      textLog(&log),
			Credentials: []credentials.Provider{provider{"aws", "AWS", fails(errors.New("vault is sealed"))}},
		})
		a := ask(t, h, get("/api/auth/aws-credentials", h.tokens[auth.RoleAdmin]))
		a.is(t, 503, "Service temporarily unavailable")
		synctest.Wait()
		require.Equal(t, "1", a.header.Get("Retry-After"))
		require.Contains(t, log.String(), "vault is sealed", "the cause is in the log")
		told := h.audit.Events()
		require.Len(t, told, 1, "nothing was viewed, and the fault is on record")
		require.Equal(t, auth.EventFault, told[0].Kind)
		require.Equal(t, "read aws credentials", told[0].Reason)
	})
}

func TestCallsToTheOutsideAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wait := func(ctx context.Context, _ *auth.User) (*credentials.Masked, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		h := newHouse(t, httpadapter.Options{Auditor: hung{}, Credentials: []credentials.Provider{
			provider{"aws", "AWS", wait}, provider{"nvidia", "NVIDIA", shows(credentials.Masked{})},
		}})
		for _, path := range []string{"/api/auth/aws-credentials", "/api/auth/nvidia-credentials"} {
			begin := time.Now()
			ask(t, h, get(path, h.tokens[auth.RoleAdmin])).is(t, 503, "Service temporarily unavailable")
			require.Equal(t, 3*time.Second, time.Since(begin), path)
		}
		synctest.Wait() // the auditor was told of the provider, too
	})
}

// hung is an Auditor that never finishes by itself.
type hung struct{}

func (hung) Audit(ctx context.Context, _ auth.Event) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestAProviderSeesWhoAsks(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Credentials: []credentials.Provider{
		provider{"aws", "AWS", func(_ context.Context, u *auth.User) (*credentials.Masked, error) {
			return &credentials.Masked{Region: u.Username}, nil
		}},
	}})
	require.Contains(t, ask(t, h, get("/api/auth/aws-credentials", h.tokens[auth.RoleSuperAdmin])).raw, `"region":"super_admin"`)
}

func TestHeadOfCredentialsIsOnRecordToo(t *testing.T) {
	h := newHouse(t, httpadapter.Options{Credentials: []credentials.Provider{provider{"aws", "AWS", shows(credentials.Masked{Region: "x"})}}})
	r := httptest.NewRequest(http.MethodHead, "/api/auth/aws-credentials", nil)
	r.Header.Set("Authorization", "Bearer "+h.tokens[auth.RoleAdmin])
	require.Equal(t, 200, ask(t, h, r).status)
	require.Len(t, h.audit.Events(auth.EventCredentialViewed), 1)
}

func TestAThirdProviderIsAtMostTwentyLines(t *testing.T) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "example_test.go", nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	at := slices.IndexFunc(file.Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.FuncDecl)
		return ok && f.Name.Name == "ExampleOptions_thirdProvider"
	})
	require.GreaterOrEqual(t, at, 0)
	require.LessOrEqual(t, files.Position(file.Decls[at].End()).Line-files.Position(file.Decls[at].Pos()).Line+1, 20)
}
