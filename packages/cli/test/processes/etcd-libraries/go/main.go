// What etcd's Go client and the libraries on top of it do, one recipe per subcommand:
//
//	recipes ENDPOINT,… RECIPE [ARGUMENT…]
//
// A recipe prints a line for each thing that happened. Where it has to wait for its turn to go on, it
// reads a line; it ends, whatever it does, when nobody can write one any more.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"go.etcd.io/etcd/clientv3"
)

type subcommand func(client *clientv3.Client, args []string)

var recipes = map[string]subcommand{
	"barriers":  barriers,
	"candidate": candidate,
	"count":     count,
	"errors":    errors,
	"leasing":   leasingCache,
	"mirror":    mirrored,
	"mutex":     mutex,
	"namespace": namespaced,
	"naming":    naming,
	"observe":   observe,
	"queues":    queues,
	"rwmutex":   rwmutex,
	"session":   session,
	"txn":       txn,
	"watch":     watch,
}

var (
	ctx      = context.Background()
	commands = make(chan string)
)

func main() {
	endpoints, name, args := os.Args[1], os.Args[2], os.Args[3:]
	go readCommands()
	client := try(clientv3.New(clientv3.Config{
		Endpoints:   strings.Split(endpoints, ","),
		DialTimeout: 10 * time.Second,
	}))
	recipes[name](client, args)
	check(client.Close())
}

func readCommands() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		commands <- lines.Text()
	}
	os.Exit(0)
}

func say(format string, values ...interface{}) {
	fmt.Printf(format+"\n", values...)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func try[T any](value T, err error) T {
	check(err)
	return value
}
