package main

import (
	"strconv"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

var isolations = map[string]concurrency.Isolation{
	"serializable-snapshot": concurrency.SerializableSnapshot,
	"serializable":          concurrency.Serializable,
	"repeatable-reads":      concurrency.RepeatableReads,
}

// count KEY TIMES ISOLATION: adds one to a number, so often.
func count(client *clientv3.Client, args []string) {
	key, times := args[0], try(strconv.Atoi(args[1]))
	addOne := func(stm concurrency.STM) error {
		number, _ := strconv.Atoi(stm.Get(key))
		stm.Put(key, strconv.Itoa(number+1))
		return nil
	}
	for i := 0; i < times; i++ {
		try(concurrency.NewSTM(client, addOne, concurrency.WithIsolation(isolations[args[2]])))
	}
	say("counted")
}
