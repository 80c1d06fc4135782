package memory

import (
	"iter"
	"slices"
	"sort"
)

// maxBlock bounds what one insertion moves.
const maxBlock = 512

// order is a sorted set of strings in short sorted blocks, none of them empty.
// Inserting among a million moves a few kilobytes.
type order struct{ blocks [][]string }

// find returns the block that key belongs to, and its place in it.
func (o *order) find(key string) (block, i int) {
	if len(o.blocks) == 0 {
		return 0, 0
	}
	after := sort.Search(len(o.blocks), func(b int) bool { return o.blocks[b][0] > key })
	block = max(after-1, 0)
	i, _ = slices.BinarySearch(o.blocks[block], key)
	return block, i
}

// insert adds a key that is not in the set.
func (o *order) insert(key string) {
	if len(o.blocks) == 0 {
		o.blocks = [][]string{{key}}
		return
	}
	b, i := o.find(key)
	grown := append(o.blocks[b], "") // slices.Insert links 5 KB for each type
	copy(grown[i+1:], grown[i:])
	grown[i] = key
	o.blocks[b] = grown
	if full := o.blocks[b]; len(full) == maxBlock {
		half := slices.Clone(full[maxBlock/2:])
		clear(full[maxBlock/2:])
		o.blocks[b] = full[:maxBlock/2]
		o.blocks = append(o.blocks, nil)
		copy(o.blocks[b+2:], o.blocks[b+1:])
		o.blocks[b+1] = half
	}
}

// remove takes a key out that is in the set.
func (o *order) remove(key string) {
	b, i := o.find(key)
	o.blocks[b] = slices.Delete(o.blocks[b], i, i+1)
	if len(o.blocks[b]) == 0 {
		o.blocks = slices.Delete(o.blocks, b, b+1)
	}
}

// from yields the keys that are key or greater, in ascending order. The set
// must not change meanwhile.
func (o *order) from(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		b, i := o.find(key)
		for ; b < len(o.blocks); b, i = b+1, 0 {
			for _, k := range o.blocks[b][i:] {
				if !yield(k) {
					return
				}
			}
		}
	}
}
