package main

import (
	"sort"
	"strings"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/naming/endpoints"
)

// naming: where a service's processes are, with a lease for each.
func naming(client *clientv3.Client, _ []string) {
	manager := try(endpoints.NewManager(client, "service"))
	updates := try(manager.NewWatchChannel(ctx))
	list := func() string {
		var found []string
		for key, endpoint := range try(manager.List(ctx)) {
			found = append(found, key+" at "+endpoint.Addr)
		}
		sort.Strings(found)
		return strings.Join(found, ", ")
	}

	lease := try(client.Grant(ctx, 60)).ID
	check(manager.AddEndpoint(ctx, "service/a", endpoints.Endpoint{Addr: "host-a:1"}))
	check(manager.AddEndpoint(ctx, "service/b", endpoints.Endpoint{Addr: "host-b:1"}, clientv3.WithLease(lease)))
	say("%s", list())
	try(client.Revoke(ctx, lease))
	say("%s", list())
	for told := 0; told < 3; {
		for _, update := range <-updates {
			say("%d %s %s", update.Op, update.Key, update.Endpoint.Addr)
			told++
		}
	}
}
