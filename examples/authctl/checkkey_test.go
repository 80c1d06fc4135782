package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What is drawn at random is never taken for a word.
func TestRandomKeysAreNotWeak(t *testing.T) {
	for range 3000 {
		raw := make([]byte, 32)
		_, _ = rand.Read(raw)
		for _, key := range []string{
			rand.Text() + rand.Text(), string(raw), hex.EncodeToString(raw), base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
			hex.EncodeToString(raw[:16]), strings.ToLower(rand.Text() + rand.Text()),
		} {
			require.Empty(t, weakness(key), "%q", key)
		}
	}
	require.Empty(t, weakness("abacus lantern orbit walnut gravel tulip monsoon kettle ferry mosaic"), "ten words are enough")
}

func TestKeysThatPeopleMakeAreWeak(t *testing.T) {
	for _, key := range []string{
		strings.Repeat("a", 32), strings.Repeat("\x00", 32), strings.Repeat("correct horse ", 5), strings.Repeat("0123456789abcdef", 4),
		"abcdefghijklmnopqrstuvwxyz012345", "12345678901234567890123456789012", "qwertyuiopasdfghjklzxcvbnmqwertyuiop",
		"your-256-bit-secret-your-256-bit-secret", "my-super-secret-jwt-signing-key-for-production", "this_is_a_very_long_secret_key_for_jwt",
		"thisisaverylongsecretkeyforjwtsigning", "ChangeMe-ChangeMe-ChangeMe-ChangeMe!", "purple elephants dance under moonlight", "Purple.Elephants.Dance.Under.Moonlight.2026",
		"SECRETSECRETSECRETSECRETSECRETSECRET", "replace this with at least 32 characters", "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb",
	} {
		require.NotEmpty(t, weakness(key), key)
		for _, found := range (&patient{}).judge("NAME", key) {
			require.NotContains(t, found.Text+found.Remedy, key, "it is not repeated")
		}
	}
}
