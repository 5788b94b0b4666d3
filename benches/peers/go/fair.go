package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// part is what one goroutine did: its operations, and the longest time from one to the next.
type part struct {
	count uint64
	worst time.Duration
}

// repeat runs an operation until it says false.
func repeat(clock bool, again func() bool) (p part) {
	last := time.Now()
	for again() {
		p.count++
		if clock {
			now := time.Now()
			p.worst = max(p.worst, now.Sub(last))
			last = now
		}
	}
	return p
}

type shape struct {
	threads, capacity int
	selects           bool
}

// fairShape reads a name such as sel4x4_128.
func fairShape(name string) (s shape, ok bool) {
	name, s.selects = strings.CutPrefix(name, "sel")
	var other int
	n, err := fmt.Sscanf(name, "%dx%d_%d", &s.threads, &other, &s.capacity)
	return s, err == nil && n == 3
}

// fair runs so many goroutines on each side for a time, and prints what each did.
func fair(s shape, duration time.Duration, clock bool) {
	c := four[[1]uint64](s.capacity)
	var stop atomic.Bool
	send := func() bool {
		if stop.Load() {
			return false
		}
		c[0] <- wrap[[1]uint64](0)
		return true
	}
	receive := func() bool {
		_, ok := <-c[0]
		return ok
	}
	if s.selects {
		send = func() bool {
			if stop.Load() {
				return false
			}
			m := wrap[[1]uint64](0)
			select {
			case c[0] <- m:
			case c[1] <- m:
			case c[2] <- m:
			case c[3] <- m:
			}
			return true
		}
		receive = func() bool {
			var ok bool
			select {
			case _, ok = <-c[0]:
			case _, ok = <-c[1]:
			case _, ok = <-c[2]:
			case _, ok = <-c[3]:
			}
			// All close at once; what is left is taken one by one.
			for i := 0; !ok && i < ways; i++ {
				_, ok = <-c[i]
			}
			return ok
		}
	}
	sent, received := make([]part, s.threads), make([]part, s.threads)
	var producers, consumers sync.WaitGroup
	start := make(chan struct{})
	for i := range s.threads {
		producers.Add(1)
		consumers.Add(1)
		go func() {
			defer consumers.Done()
			<-start
			received[i] = repeat(clock, receive)
		}()
		go func() {
			defer producers.Done()
			<-start
			sent[i] = repeat(clock, send)
		}()
	}
	close(start)
	time.Sleep(duration)
	stop.Store(true)
	producers.Wait()
	for i := range c {
		close(c[i])
	}
	consumers.Wait()
	report(sent, received)
}

func report(sent, received []part) {
	var worst time.Duration
	var totals [2]uint64
	for side, parts := range [][]part{sent, received} {
		var counts []string
		for _, p := range parts {
			counts = append(counts, fmt.Sprint(p.count))
			totals[side] += p.count
			worst = max(worst, p.worst)
		}
		fmt.Println(strings.Join(counts, " "))
	}
	if totals[0] != totals[1] {
		fail(fmt.Sprintf("%d sent, %d received", totals[0], totals[1]))
	}
	fmt.Println(worst.Nanoseconds())
}
