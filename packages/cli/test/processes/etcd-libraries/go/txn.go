package main

import (
	v3 "go.etcd.io/etcd/clientv3"
	"go.etcd.io/etcd/mvcc/mvccpb"
)

// txn: transactions of many operations and comparisons, and all ways to order what is read.
func txn(client *v3.Client, _ []string) {
	for _, kv := range [][2]string{{"txn/a", "3"}, {"txn/b", "1"}, {"txn/c", "2"}, {"txn/b", "0"}} {
		try(client.Put(ctx, kv[0], kv[1]))
	}
	for _, target := range []v3.SortTarget{
		v3.SortByKey, v3.SortByVersion, v3.SortByCreateRevision, v3.SortByModRevision, v3.SortByValue,
	} {
		up := try(client.Get(ctx, "txn/", v3.WithPrefix(), v3.WithSort(target, v3.SortAscend)))
		down := try(client.Get(ctx, "txn/", v3.WithPrefix(), v3.WithSort(target, v3.SortDescend), v3.WithLimit(2)))
		say("%s then %s of %d, more %t", pairs(up.Kvs), pairs(down.Kvs), down.Count, down.More)
	}

	// Compares with what was before all of it, and reads what it made of it.
	nested := v3.OpTxn(
		[]v3.Cmp{v3.Compare(v3.Value("txn/a"), "=", "3")},
		[]v3.Op{v3.OpGet("txn/a"), v3.OpPut("txn/inner", "then")},
		[]v3.Op{v3.OpPut("txn/inner", "else")},
	)
	answer := try(client.Txn(ctx).If(
		v3.Compare(v3.Version("txn/").WithPrefix(), ">", 0),
		v3.Compare(v3.CreateRevision("txn/none"), "=", 0),
		v3.Compare(v3.ModRevision("txn/a"), "!=", 1),
		v3.Compare(v3.Value("txn/b"), "<", "1"),
		v3.Compare(v3.LeaseValue("txn/a"), "=", v3.NoLease),
	).Then(
		v3.OpPut("txn/a", "4", v3.WithPrevKV()),
		nested,
		v3.OpDelete("txn/b", v3.WithRange("txn/d"), v3.WithPrevKV()),
		v3.OpGet("txn/", v3.WithPrefix(), v3.WithKeysOnly()),
	).Else(v3.OpGet("never")).Commit())
	inner := answer.Responses[1].GetResponseTxn()
	deleted := answer.Responses[2].GetResponseDeleteRange()
	say("put over %s", answer.Responses[0].GetResponsePut().PrevKv.Value)
	say("nested %t read %s", inner.Succeeded, pairs(inner.Responses[0].GetResponseRange().Kvs))
	say("deleted %d: %s", deleted.Deleted, pairs(deleted.PrevKvs))
	say("left %s", pairs(answer.Responses[3].GetResponseRange().Kvs))
	past := try(client.Get(ctx, "txn/", v3.WithPrefix(), v3.WithRev(answer.Header.Revision-1)))
	say("before %s", pairs(past.Kvs))
	since := try(client.Get(ctx, "txn/", v3.WithPrefix(), v3.WithMinModRev(answer.Header.Revision), v3.WithCountOnly()))
	say("counted %d", since.Count)
}

func pairs(kvs []*mvccpb.KeyValue) string {
	text := ""
	for _, kv := range kvs {
		text += string(kv.Key) + "=" + string(kv.Value) + " "
	}
	return text + "|"
}
