package main

import (
	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

// mutex NAME TTL: locks, and unlocks when it is told to.
func mutex(client *clientv3.Client, args []string) {
	m := concurrency.NewMutex(newSession(client, args[1]), args[0])
	check(m.Lock(ctx))
	isMine := try(client.Txn(ctx).If(m.IsOwner()).Commit())
	say("locked %t", isMine.Succeeded)
	<-commands
	check(m.Unlock(ctx))
	say("unlocked")
}
