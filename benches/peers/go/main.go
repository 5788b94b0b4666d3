// The scenarios of the peers, with goroutines and Go's own channels.
//
//	main SCENARIO COUNT [PAYLOAD]
//
// prints wall ns per message, CPU ns per message and the messages counted; exits with 3 where
// there is no such thing in Go.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The exit status that says: no such scenario here.
const unsupported = 3

// message carries its own check: the number is found at both ends of it.
type message interface {
	[1]uint64 | [8]uint64 | [32]uint64 | [128]uint64 | [512]uint64 | [2048]uint64
}

func wrap[T message](number uint64) T {
	var m T
	m[0], m[len(m)-1] = number, number
	return m
}

func unwrap[T message](m T) uint64 {
	if m[0] != m[len(m)-1] {
		fail("a message arrived torn")
	}
	return m[0]
}

// tally is what was received: how many messages, and the sum of their numbers.
type tally struct{ count, sum uint64 }

func (t *tally) add(number uint64) {
	t.count++
	t.sum += number
}

// worker gives the tally of what it received.
type worker func() tally

// race runs the workers from a common start until the last has ended.
func race(workers []worker) (time.Duration, time.Duration, tally) {
	start := make(chan struct{})
	tallies := make([]tally, len(workers))
	var done sync.WaitGroup
	for i, work := range workers {
		done.Add(1)
		go func() {
			defer done.Done()
			<-start
			tallies[i] = work()
		}()
	}
	cpu, began := cpuTime(), time.Now()
	close(start)
	done.Wait()
	wall, cpu := time.Since(began), cpuTime()-cpu
	var all tally
	for _, t := range tallies {
		all.count += t.count
		all.sum += t.sum
	}
	return wall, cpu, all
}

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail("getrusage failed")
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// share gives the numbers that worker index of many sends, out of 0..count.
func share(count uint64, many, index int) (from, to uint64) {
	return count * uint64(index) / uint64(many), count * uint64(index+1) / uint64(many)
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, "go:", why)
	os.Exit(1)
}

// split takes the number from the end of a kind: many is 0 where there is none.
func split(kind string) (word string, many int) {
	word = strings.TrimRight(kind, "0123456789")
	many, _ = strconv.Atoi(kind[len(word):])
	return word, many
}

func plan[T message](kind string, capacity int, count uint64) []worker {
	word, many := split(kind)
	or := func(usual int) int {
		if many == 0 {
			return usual
		}
		return many
	}
	switch word {
	case "pingpong":
		return pingPong[T](capacity, count)
	case "spsc":
		return crowd[T](capacity, count, 1, 1)
	case "mpsc":
		return crowd[T](capacity, count, or(4), 1)
	case "spmc":
		return crowd[T](capacity, count, 1, or(4))
	case "mpmc":
		return crowd[T](capacity, count, or(4), or(4))
	case "seq":
		return seq[T](capacity, count)
	case "idle":
		return idle[T](many, capacity, count)
	case "oneshot":
		return oneShot[T](capacity, count)
	case "paced":
		return paced[T](capacity, count, or(50))
	case "selrx":
		return selectFromFour[T](capacity, count)
	case "selboth":
		return selectBothSides[T](capacity, count)
	case "selpoll":
		return selectPoll[T](capacity, count)
	case "selready":
		return selectReady[T](capacity, count)
	case "selwide":
		return selectWide[T](many, capacity, count)
	}
	return nil
}

func main() {
	if len(os.Args) < 3 {
		fail("main SCENARIO COUNT [PAYLOAD]")
	}
	name := os.Args[1]
	if name == "memory" {
		memory()
		return
	}
	if shape, ok := fairShape(name); ok {
		seconds, err := strconv.ParseFloat(os.Args[2], 64)
		if err != nil {
			fail("not a number")
		}
		duration := time.Duration(seconds * float64(time.Second))
		fair(shape, duration, len(os.Args) > 3 && os.Args[3] == "1")
		return
	}
	if rest, ok := strings.CutPrefix(name, "act_"); ok {
		runtime.GOMAXPROCS(1)
		name = rest
	} else if rest, ok := strings.CutPrefix(name, "amt_"); ok {
		runtime.GOMAXPROCS(2)
		name = rest
	}
	kind, size, _ := strings.Cut(name, "_")
	capacity, err := strconv.Atoi(size)
	if size == "inf" {
		capacity, err = unbounded, nil
	}
	count, bad := strconv.ParseUint(os.Args[2], 10, 64)
	if err != nil || bad != nil {
		fail("not a number")
	}
	payload := "8"
	if len(os.Args) > 3 {
		payload = os.Args[3]
	}
	var workers []worker
	switch payload {
	case "8":
		workers = plan[[1]uint64](kind, capacity, count)
	case "64":
		workers = plan[[8]uint64](kind, capacity, count)
	case "256":
		workers = plan[[32]uint64](kind, capacity, count)
	case "1024":
		workers = plan[[128]uint64](kind, capacity, count)
	case "4096":
		workers = plan[[512]uint64](kind, capacity, count)
	case "16384":
		workers = plan[[2048]uint64](kind, capacity, count)
	}
	if workers == nil {
		os.Exit(unsupported)
	}
	wall, cpu, got := race(workers)
	var want tally
	want.count = count
	if count%2 == 0 {
		want.sum = count / 2 * (count - 1)
	} else {
		want.sum = (count - 1) / 2 * count
	}
	if got != want {
		fail(fmt.Sprintf("received %v, expected %v", got, want))
	}
	per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / float64(count) }
	fmt.Printf("%.2f %.2f %d\n", per(wall), per(cpu), got.count)
}
