package memory

import "container/heap"

// sweep is how many rows that have run out one write drops. A write adds at
// most one, so that the dead never outnumber the living for long, and no
// write waits for a million of them.
const sweep = 8

// deadline says when a row has run out. Rows embed it.
type deadline struct {
	key string // the row's key in its map
	at  int64  // Unix microseconds: the first at which the row is over
	pos int    // in the queue
}

// queue is a heap of deadlines, the earliest first.
type queue []*deadline

// Len, Less, Swap, Push and Pop are what [heap.Interface] asks for.
func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].at < q[j].at }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].pos, q[j].pos = i, j
}

func (q *queue) Push(d any) {
	last := d.(*deadline)
	last.pos = len(*q)
	*q = append(*q, last)
}

func (q *queue) Pop() any {
	n := len(*q) - 1
	last := (*q)[n]
	(*q)[n] = nil // do not keep the row
	*q = (*q)[:n]
	return last
}

func (q *queue) add(d *deadline)    { heap.Push(q, d) }
func (q *queue) remove(d *deadline) { heap.Remove(q, d.pos) }

// over returns the key of the earliest row if it has run out.
func (q queue) over(now int64) (key string, ok bool) {
	if len(q) == 0 || q[0].at > now {
		return "", false
	}
	return q[0].key, true
}

// count returns how many rows at i and below it have run out. No row below one
// that has not, has: it looks at these and the next ones only.
func (q queue) count(i int, now int64) int {
	if i >= len(q) || q[i].at > now {
		return 0
	}
	return 1 + q.count(2*i+1, now) + q.count(2*i+2, now)
}
