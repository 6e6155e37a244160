package main

import (
	"fmt"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/mirror"
)

// mirror: all keys of a prefix as they are at one revision, in pages of a thousand, and all changes since.
func mirrored(client *clientv3.Client, _ []string) {
	const groups, perGroup = 25, 100
	for group := 0; group < groups; group++ {
		var puts []clientv3.Op
		for i := 0; i < perGroup; i++ {
			puts = append(puts, clientv3.OpPut(fmt.Sprintf("mirror/%04d", perGroup*group+i), "base"))
		}
		try(client.Txn(ctx).Then(puts...).Commit())
	}
	syncer := mirror.NewSyncer(client, "mirror/", 0)
	pages, errs := syncer.SyncBase(ctx)
	for page := range pages {
		say("%d keys from %s", len(page.Kvs), page.Kvs[0].Key)
		// Comes between two pages, and must not be seen in the second.
		try(client.Delete(ctx, "mirror/2499"))
	}
	check(<-errs)
	for _, event := range (<-syncer.SyncUpdates(ctx)).Events {
		say("%s %s", event.Type, event.Kv.Key)
	}
}
