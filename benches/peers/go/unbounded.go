package main

import (
	"sync"
	"sync/atomic"
)

// The capacity of a queue without a limit, which Go's channels do not have.
const unbounded = -1

// queue is what a Go programmer writes instead: a slice, a mutex and a condition.
type queue[T any] struct {
	mutex  sync.Mutex
	filled sync.Cond
	items  []T
	head   int
	closed bool
}

func newQueue[T any]() *queue[T] {
	q := &queue[T]{}
	q.filled.L = &q.mutex
	return q
}

func (q *queue[T]) send(item T) {
	q.mutex.Lock()
	q.items = append(q.items, item)
	q.mutex.Unlock()
	q.filled.Signal()
}

func (q *queue[T]) recv() (item T, ok bool) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	for q.head == len(q.items) {
		if q.closed {
			return item, false
		}
		q.filled.Wait()
	}
	item = q.items[q.head]
	q.head++
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	return item, true
}

func (q *queue[T]) close() {
	q.mutex.Lock()
	q.closed = true
	q.mutex.Unlock()
	q.filled.Broadcast()
}

func crowdUnbounded[T message](count uint64, producers, consumers int) []worker {
	q := newQueue[T]()
	var workers []worker
	for i := 0; i < consumers; i++ {
		workers = append(workers, func() (t tally) {
			for {
				m, ok := q.recv()
				if !ok {
					return t
				}
				t.add(unwrap(m))
			}
		})
	}
	var running atomic.Int64
	running.Store(int64(producers))
	for i := 0; i < producers; i++ {
		from, to := share(count, producers, i)
		workers = append(workers, func() (t tally) {
			for number := from; number < to; number++ {
				q.send(wrap[T](number))
			}
			if running.Add(-1) == 0 {
				q.close()
			}
			return t
		})
	}
	return workers
}
