package main

import (
	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/namespace"
)

// namespace: a client that sees nothing but the keys under a prefix, without it.
func namespaced(client *clientv3.Client, _ []string) {
	kv := namespace.NewKV(client.KV, "namespace/")
	watcher := namespace.NewWatcher(client.Watcher, "namespace/")
	lease := namespace.NewLease(client.Lease, "namespace/")

	changes := watcher.Watch(ctx, "a", clientv3.WithFromKey(), clientv3.WithPrevKV(), clientv3.WithCreatedNotify())
	<-changes
	id := try(lease.Grant(ctx, 60)).ID
	try(client.Put(ctx, "namespaceless", "1"))
	try(kv.Put(ctx, "a", "1", clientv3.WithLease(id)))
	inside := try(kv.Get(ctx, "a", clientv3.WithFromKey()))
	outside := try(client.Get(ctx, "namespace", clientv3.WithPrefix()))
	held := try(lease.TimeToLive(ctx, id, clientv3.WithAttachedKeys()))
	say("inside %s outside %s held %s", pairs(inside.Kvs), pairs(outside.Kvs), held.Keys)
	try(lease.Revoke(ctx, id))
	for i := 0; i < 2; i++ {
		for _, event := range (<-changes).Events {
			say("%s %s", event.Type, event.Kv.Key)
		}
	}
}
