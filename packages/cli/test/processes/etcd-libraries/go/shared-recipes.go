package main

import (
	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
	recipe "go.etcd.io/etcd/contrib/recipes"
)

// queues: one that gives back what came first, and one that gives back what is most urgent.
func queues(client *clientv3.Client, _ []string) {
	queue := recipe.NewQueue(client, "queue")
	taken := make(chan string)
	go func() { taken <- try(queue.Dequeue()) }()
	for _, item := range []string{"1", "2", "3"} {
		check(queue.Enqueue(item))
	}
	say("%s %s %s", <-taken, try(queue.Dequeue()), try(queue.Dequeue()))

	urgent := recipe.NewPriorityQueue(client, "priority")
	for i, item := range []string{"last", "first", "second", "third"} {
		check(urgent.Enqueue(item, []uint16{9, 1, 5, 5}[i]))
	}
	say("%s %s %s %s", try(urgent.Dequeue()), try(urgent.Dequeue()), try(urgent.Dequeue()), try(urgent.Dequeue()))
}

// barriers: one that holds everybody up, and one that all enter and leave together.
func barriers(client *clientv3.Client, _ []string) {
	barrier := recipe.NewBarrier(client, "barrier")
	check(barrier.Hold())
	passed := make(chan string)
	go func() {
		check(recipe.NewBarrier(client, "barrier").Wait())
		passed <- "passed"
	}()
	select {
	case <-passed:
		say("not held")
	case <-commands:
	}
	check(barrier.Release())
	say("%s", <-passed)

	const all = 3
	steps := make(chan string)
	for i := 0; i < all; i++ {
		go func() {
			both := recipe.NewDoubleBarrier(try(concurrency.NewSession(client)), "double", all)
			check(both.Enter())
			steps <- "entered"
			check(both.Leave())
			steps <- "left"
		}()
	}
	for i := 0; i < 2*all; i++ {
		say("%s", <-steps)
	}
}

// rwmutex: two readers at once, and a writer when both are done.
func rwmutex(client *clientv3.Client, _ []string) {
	open := func() *recipe.RWMutex {
		return recipe.NewRWMutex(try(concurrency.NewSession(client)), "rwmutex")
	}
	one, two, writer := open(), open(), open()
	check(one.RLock())
	check(two.RLock())
	written := make(chan string)
	go func() {
		check(writer.Lock())
		written <- "written"
	}()
	select {
	case <-written:
		say("not locked")
	case <-commands:
	}
	check(one.RUnlock())
	check(two.RUnlock())
	say("%s", <-written)
	check(writer.Unlock())
}
