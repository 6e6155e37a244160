package main

import (
	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/leasing"
)

// leasing: a cache of keys that is told before somebody else writes one.
func leasingCache(client *clientv3.Client, _ []string) {
	mine, closeMine, err := leasing.NewKV(client, "leasing/")
	check(err)
	defer closeMine()
	others, closeOthers, err := leasing.NewKV(client, "leasing/")
	check(err)
	defer closeOthers()
	read := func() string { return pairs(try(mine.Get(ctx, "leased")).Kvs) }

	try(mine.Put(ctx, "leased", "mine"))
	first := read()
	// Around the cache, which is not to be done: it shows who answers.
	try(client.Put(ctx, "leased", "hidden"))
	say("%s cached %s", first, read())
	try(others.Put(ctx, "leased", "theirs"))
	say("after another's write %s", read())
	mineFirst := clientv3.Compare(clientv3.Value("leased"), "=", "theirs")
	answer := try(others.Txn(ctx).If(mineFirst).Then(clientv3.OpPut("leased", "swapped")).Commit())
	say("after another's transaction %t %s", answer.Succeeded, read())
	try(others.Delete(ctx, "leased"))
	say("after another's deletion %s", read())
}
