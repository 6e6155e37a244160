package main

import (
	"strconv"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

// session TTL: keeps a lease alive, and tells how often it was, until it is gone.
func session(client *clientv3.Client, args []string) {
	s := newSession(client, args[0])
	renewals := try(client.KeepAlive(ctx, s.Lease()))
	go func() {
		for renewal := range renewals {
			say("alive for %d", renewal.TTL)
		}
	}()
	<-s.Done()
	say("gone")
}

// newSession makes a session, and tells the id of its lease.
func newSession(client *clientv3.Client, ttl string) *concurrency.Session {
	seconds := try(strconv.Atoi(ttl))
	s := try(concurrency.NewSession(client, concurrency.WithTTL(seconds)))
	say("lease %x", s.Lease())
	return s
}
