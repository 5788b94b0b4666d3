package main

import (
	"fmt"
	"runtime"
	"strings"
)

const manyChannels, manyGoroutines = 10_000, 1_000

// inUse gives the bytes of heap and stacks after everything dead is gone.
func inUse() (heap, stacks uint64) {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc, stats.StackInuse
}

func channelBytes(capacity int) float64 {
	channels := make([]chan uint64, manyChannels)
	before, _ := inUse()
	for i := range channels {
		channels[i] = make(chan uint64, capacity)
	}
	after, _ := inUse()
	runtime.KeepAlive(channels)
	return float64(after-before) / manyChannels
}

// waitingBytes gives what a goroutine takes that is blocked, its stack included.
func waitingBytes(block func()) float64 {
	heap, stacks := inUse()
	for range manyGoroutines {
		go block()
	}
	for range 1000 {
		runtime.Gosched()
	}
	moreHeap, moreStacks := inUse()
	return (float64(moreHeap-heap) + float64(moreStacks-stacks)) / manyGoroutines
}

// memory prints the figures that Go has, in the order of the table's columns.
func memory() {
	var figures []string
	for _, capacity := range []int{0, 1, 64} {
		figures = append(figures, fmt.Sprintf("%.0f", channelBytes(capacity)))
	}
	c := make(chan uint64)
	receiving := waitingBytes(func() { <-c })
	full := make(chan uint64)
	sending := waitingBytes(func() { full <- 0 })
	figures = append(figures, "-", "-", "8", "-", "-", fmt.Sprintf("%.0f", sending), fmt.Sprintf("%.0f", receiving), "-", "-", "-", "-")
	fmt.Println(strings.Join(figures, " "))
}
