package main

import "reflect"

const ways = 4

func four[T message](capacity int) (c [ways]chan T) {
	for i := range c {
		c[i] = make(chan T, capacity)
	}
	return c
}

func take[T message](c [ways]chan T, count uint64) (t tally) {
	for ; count > 0; count-- {
		var m T
		select {
		case m = <-c[0]:
		case m = <-c[1]:
		case m = <-c[2]:
		case m = <-c[3]:
		}
		t.add(unwrap(m))
	}
	return t
}

func selectFromFour[T message](capacity int, count uint64) []worker {
	c := four[T](capacity)
	workers := []worker{func() tally { return take(c, count) }}
	for i := range c {
		from, to := share(count, ways, i)
		workers = append(workers, func() (t tally) {
			for number := from; number < to; number++ {
				c[i] <- wrap[T](number)
			}
			return t
		})
	}
	return workers
}

func selectBothSides[T message](capacity int, count uint64) []worker {
	c := four[T](capacity)
	var workers []worker
	for i := range c {
		from, to := share(count, ways, i)
		workers = append(workers,
			func() tally { return take(c, to-from) },
			func() (t tally) {
				for number := from; number < to; number++ {
					m := wrap[T](number)
					select {
					case c[0] <- m:
					case c[1] <- m:
					case c[2] <- m:
					case c[3] <- m:
					}
				}
				return t
			})
	}
	return workers
}

func selectPoll[T message](capacity int, count uint64) []worker {
	c := make(chan T, capacity)
	return []worker{func() (t tally) {
		for number := uint64(0); number < count; number++ {
			select {
			case <-c:
				fail("found what nobody sent")
			default:
			}
			t.add(number)
		}
		return t
	}}
}

func selectReady[T message](capacity int, count uint64) []worker {
	ready, never := make(chan T, capacity), make(chan T, capacity)
	return []worker{func() (t tally) {
		for number := uint64(0); number < count; number++ {
			ready <- wrap[T](number)
			select {
			case m := <-ready:
				t.add(unwrap(m))
			case m := <-never:
				t.add(unwrap(m))
			}
		}
		return t
	}}
}

// selectWide receives by one select over many channels, of which the one in the middle is active. So
// many arms are the reflect package's work in Go.
func selectWide[T message](width, capacity int, count uint64) []worker {
	channels := make([]chan T, width)
	cases := make([]reflect.SelectCase, width)
	for i := range channels {
		channels[i] = make(chan T, capacity)
		cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(channels[i])}
	}
	active := channels[width/2]
	return []worker{
		func() (t tally) {
			for n := uint64(0); n < count; n++ {
				_, m, _ := reflect.Select(cases)
				t.add(unwrap(m.Interface().(T)))
			}
			return t
		},
		func() (t tally) {
			for number := uint64(0); number < count; number++ {
				active <- wrap[T](number)
			}
			return t
		},
	}
}
