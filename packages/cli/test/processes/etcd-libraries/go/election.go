package main

import (
	"strings"

	"go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/clientv3/concurrency"
)

// candidate NAME TTL VALUE: leads when it is its turn; `proclaim VALUE` changes the value, `resign` ends it.
func candidate(client *clientv3.Client, args []string) {
	e := concurrency.NewElection(newSession(client, args[1]), args[0])
	check(e.Campaign(ctx, args[2]))
	say("elected")
	for command := range commands {
		if command == "resign" {
			check(e.Resign(ctx))
			say("resigned")
			return
		}
		value := strings.TrimPrefix(command, "proclaim ")
		check(e.Proclaim(ctx, value))
		say("proclaimed %s", value)
	}
}

// observe NAME: tells who leads, and that nobody does when it begins.
func observe(client *clientv3.Client, args []string) {
	e := concurrency.NewElection(try(concurrency.NewSession(client)), args[0])
	if _, err := e.Leader(ctx); err != nil {
		say("%v", err)
	}
	for leader := range e.Observe(ctx) {
		say("%s", leader.Kvs[0].Value)
	}
}
