package user

import "testing"

func TestPatience(t *testing.T) {
	if Patience() != 2 {
		t.Error(Patience())
	}
}
