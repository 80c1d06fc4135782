// Package credentialstest checks that a credentials.Provider keeps what the
// interface promises: it shows which key is in use, and gives none away.
//
// Call [Run] from a test of your own:
//
//	func TestProvider(t *testing.T) {
//		credentialstest.Run(t, credentialstest.Subject{
//			Open: func(src auth.SecretProvider) (credentials.Provider, error) {
//				return acme.Provider(src)
//			},
//			Secrets: []string{"ACME_API_KEY"},
//		})
//	}
//
// Each case is a subtest, named after what it looks at. When it fails it says
// in words which promise is broken, and what came back instead. No case calls
// anybody: examples are parsed, not run.
package credentialstest
