package main

import (
	"runtime"
	"sync/atomic"
	"syscall"
)

func pingPong[T message](capacity int, count uint64) []worker {
	ping, pong := make(chan T, capacity), make(chan T, capacity)
	return []worker{
		func() (t tally) {
			for number := uint64(0); number < count; number++ {
				ping <- wrap[T](number)
				t.add(unwrap(<-pong))
			}
			close(ping)
			return t
		},
		func() (t tally) {
			for m := range ping {
				pong <- m
			}
			return t
		},
	}
}

func crowd[T message](capacity int, count uint64, producers, consumers int) []worker {
	if capacity == unbounded {
		return crowdUnbounded[T](count, producers, consumers)
	}
	c := make(chan T, capacity)
	var workers []worker
	for i := 0; i < consumers; i++ {
		workers = append(workers, func() (t tally) {
			for m := range c {
				t.add(unwrap(m))
			}
			return t
		})
	}
	var running atomic.Int64
	running.Store(int64(producers))
	for i := 0; i < producers; i++ {
		from, to := share(count, producers, i)
		workers = append(workers, func() (t tally) {
			for number := from; number < to; number++ {
				c <- wrap[T](number)
			}
			if running.Add(-1) == 0 {
				close(c)
			}
			return t
		})
	}
	return workers
}

func seq[T message](capacity int, count uint64) []worker {
	c := make(chan T, capacity)
	return []worker{func() tally { return fillAndEmpty(c, count) }}
}

// idle uses one of many channels; the others are open and silent.
func idle[T message](many, capacity int, count uint64) []worker {
	channels := make([]chan T, many)
	for i := range channels {
		channels[i] = make(chan T, capacity)
	}
	return []worker{func() tally {
		t := fillAndEmpty(channels[many/2], count)
		runtime.KeepAlive(channels)
		return t
	}}
}

func fillAndEmpty[T message](c chan T, count uint64) (t tally) {
	for next := uint64(0); next < count; {
		end := min(count, next+uint64(cap(c)))
		for number := next; number < end; number++ {
			c <- wrap[T](number)
		}
		for ; next < end; next++ {
			t.add(unwrap(<-c))
		}
	}
	return t
}

func oneShot[T message](capacity int, count uint64) []worker {
	return []worker{func() (t tally) {
		for number := uint64(0); number < count; number++ {
			c := make(chan T, capacity)
			c <- wrap[T](number)
			t.add(unwrap(<-c))
		}
		return t
	}}
}

func paced[T message](capacity int, count uint64, micros int) []worker {
	c := make(chan T, capacity)
	return []worker{
		func() (t tally) {
			for m := range c {
				t.add(unwrap(m))
			}
			return t
		},
		func() (t tally) {
			for number := uint64(0); number < count; number++ {
				pause(micros)
				c <- wrap[T](number)
			}
			close(c)
			return t
		},
	}
}

// pause asks the system, as a thread would: Go's own sleep is no shorter than 1 ms when nothing
// else runs, and would hide what the channel costs.
func pause(micros int) {
	pace := syscall.NsecToTimespec(int64(micros) * 1000)
	if err := syscall.Nanosleep(&pace, nil); err != nil && err != syscall.EINTR {
		fail("nanosleep failed")
	}
}
