package main

import "go.etcd.io/etcd/clientv3"

// watch PREFIX: tells of every change, and when it begins to.
func watch(client *clientv3.Client, args []string) {
	changes := client.Watch(ctx, args[0], clientv3.WithPrefix(), clientv3.WithCreatedNotify())
	say("watching %t", (<-changes).Created)
	for response := range changes {
		check(response.Err())
		for _, event := range response.Events {
			say("%d %s %s %s", event.Kv.ModRevision, event.Type, event.Kv.Key, event.Kv.Value)
		}
	}
}
