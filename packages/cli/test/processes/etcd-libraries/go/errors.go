package main

import (
	"strings"

	v3 "go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/etcdserver/api/v3rpc/rpctypes"
)

// errors: refusals, each told by whether the client knows it by the name that programs compare it with.
func errors(client *v3.Client, _ []string) {
	put := func(key string, options ...v3.OpOption) error {
		_, err := client.Put(ctx, key, "", options...)
		return err
	}
	commit := func(ops ...v3.Op) error {
		_, err := client.Txn(ctx).Then(ops...).Commit()
		return err
	}
	get := func(revision int64) error {
		_, err := client.Get(ctx, "errors", v3.WithRev(revision))
		return err
	}
	grant := func(ttl int64) error {
		_, err := client.Grant(ctx, ttl)
		return err
	}
	check(put("errors"))
	last := try(client.Put(ctx, "errors", "")).Header.Revision
	try(client.Compact(ctx, last))
	_, notRevoked := client.Revoke(ctx, 7)
	_, notRenewed := client.KeepAliveOnce(ctx, 7)
	_, compactedAgain := client.Compact(ctx, last)
	_, tooLarge := client.Put(ctx, "errors", strings.Repeat("x", 3<<19))
	var many []v3.Op
	for i := 0; i < 129; i++ {
		many = append(many, v3.OpGet("errors"))
	}
	watched := <-client.Watch(ctx, "errors", v3.WithRev(last-1))

	for _, refusal := range []struct {
		what      string
		got, want error
	}{
		{"ErrEmptyKey", put(""), rpctypes.ErrEmptyKey},
		{"ErrKeyNotFound", put("none", v3.WithIgnoreValue()), rpctypes.ErrKeyNotFound},
		{"ErrDuplicateKey", commit(v3.OpPut("a", ""), v3.OpPut("a", "")), rpctypes.ErrDuplicateKey},
		{"ErrTooManyOps", commit(many...), rpctypes.ErrTooManyOps},
		{"ErrRequestTooLarge", tooLarge, rpctypes.ErrRequestTooLarge},
		{"ErrCompacted", get(last - 1), rpctypes.ErrCompacted},
		{"ErrCompacted of a compaction", compactedAgain, rpctypes.ErrCompacted},
		{"ErrCompacted of a watch", watched.Err(), rpctypes.ErrCompacted},
		{"ErrFutureRev", get(last + 1000), rpctypes.ErrFutureRev},
		{"ErrLeaseNotFound of a put", put("errors", v3.WithLease(7)), rpctypes.ErrLeaseNotFound},
		{"ErrLeaseNotFound of a revocation", notRevoked, rpctypes.ErrLeaseNotFound},
		{"ErrLeaseNotFound of a renewal", notRenewed, rpctypes.ErrLeaseNotFound},
		{"ErrLeaseTTLTooLarge", grant(9_000_000_001), rpctypes.ErrLeaseTTLTooLarge},
	} {
		say("%s %t", refusal.what, refusal.got == refusal.want)
	}
}
