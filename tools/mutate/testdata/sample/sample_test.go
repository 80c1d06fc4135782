package sample

import "testing"

func TestAdd(t *testing.T) {
	for n, want := range map[int]bool{-1: false, 1: true, 3: true, 4: false} {
		list, err := Add(nil, n)
		if (err == nil) != want || (len(list) == 1) != want {
			t.Error(n)
		}
	}
}

func TestLoop(t *testing.T) {
	if Loop(false) != 2 || Loop(true) != 0 {
		t.Error("loop")
	}
}
