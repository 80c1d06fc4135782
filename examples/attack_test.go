package examples_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// LESSONS 1, 2, 5 and 6 on real databases: a guesser with an account of her own
// varies all that can be varied at once, over two processes, and ten guesses at
// an account are looked at.
func TestNothingBuysAGuessOnAnyDatabase(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			at := d.open(t)
			all, _ := nodes(t, at, 2)
			addJohnAt(t, at)
			mustAuthctlAt(t, at, johnsPassword+"\n", "user", "add", "-username", "mallory", "-email", "mallory@example.com")
			stolen := all[0].login(t, "john", johnsPassword)
			names := []string{"john", "JOHN@example.com", "ｊｏｈｎ", " john"}
			looked := map[int]int{}
			for i := range 30 {
				s := all[i%2]
				if i%3 == 0 {
					require.Contains(t, []int{200, 429}, s.call(t, "POST", "login", "", credentials("mallory", johnsPassword)).status)
				}
				if i%5 == 4 {
					looked[s.call(t, "POST", "password", stolen, passwords("wrong", "gravel tulip monsoon")).status]++
					continue
				}
				req, err := http.NewRequest("POST", s.url+"/api/auth/login", strings.NewReader(credentials(names[i%len(names)], fmt.Sprint("wrong", i))))
				require.NoError(t, err)
				req.Header.Set("Content-Type", "application/json")
				for _, name := range []string{"X-Forwarded-For", "X-Real-IP", "User-Agent"} {
					req.Header.Set(name, fmt.Sprint("192.0.2.", i))
				}
				req.Header.Set("Cookie", "__Host-session="+stolen+fmt.Sprint(i))
				resp, err := http.DefaultClient.Do(req)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				looked[resp.StatusCode]++
			}
			require.Equal(t, 10, looked[401]+looked[403], "%v", looked)
			require.Equal(t, 20, looked[429], "%v", looked)
			require.Equal(t, 200, all[0].validate(t, stolen), "live sessions are unaffected")
			require.Equal(t, 200, all[1].call(t, "POST", "login", "", credentials("mallory", johnsPassword)).status, "others are not concerned")
			mustAuthctlAt(t, at, "", "user", "unlock", "john")
			for _, s := range all {
				require.Equal(t, 200, s.validate(t, eventually(t, s)), "authctl unlock holds on every node within five seconds")
				s.stop(t)
			}
		})
	}
}
