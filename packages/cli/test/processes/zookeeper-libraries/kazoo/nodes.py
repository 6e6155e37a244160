"""Nodes and what becomes of them, without recipes."""

from kazoo.client import KazooClient

from stage import outcome, say, until

LARGE = 900 * 1024


def nodes(stage):
    a, b, _ = stage.client_of_each()
    say(a.create("/nodes/deep/one", b"1", makepath=True), a.ensure_path("/nodes/deep"))
    say("created again", outcome(a.create, "/nodes/deep"), "under none", outcome(a.create, "/none/x"))
    path, stat = a.create("/nodes/two", b"22", include_data=True)
    say(path, "length", stat.dataLength, "version", stat.version, "same zxid", stat.czxid == stat.mzxid)
    stat = a.set("/nodes/two", b"333", version=0)
    say("version", stat.version, "length", stat.dataLength, "later", stat.mzxid > stat.czxid)
    say("stale", outcome(a.set, "/nodes/two", b"", version=0), outcome(a.delete, "/nodes/two", version=7))
    b.sync("/nodes")
    data, stat = b.get("/nodes/two")
    say("at another server", data, stat.version, stat.aversion, stat.ephemeralOwner, stat.numChildren)
    children, stat = b.get_children("/nodes", include_data=True)
    say(sorted(children), "children", stat.numChildren, "cversion", stat.cversion)
    say("missing", b.exists("/nodes/none"), outcome(b.get, "/nodes/none"),
        outcome(b.get_children, "/nodes/none"), outcome(b.set, "/nodes/none", b""),
        outcome(b.delete, "/nodes/none"))
    say("not empty", outcome(a.delete, "/nodes/deep"))
    a.delete("/nodes", recursive=True)
    say("after all", a.exists("/nodes"))
    a.create("/empty")
    say("empty", a.get("/empty")[0], "unicode", a.create("/\u00e4/\u4e2d", makepath=True))
    a.create("/large", b"x" * LARGE)
    b.sync("/large")
    say("large", b.get("/large")[0] == b"x" * LARGE)
    say("synced", b.sync("/large"))
    a.create("/chroot")
    inside = KazooClient(stage.hosts[0] + "/chroot")
    inside.start()
    say("inside", inside.create("/child", b"c"), inside.get_children("/"), inside.get("/child")[0])
    inside.stop()
    say("outside", a.get("/chroot/child")[0])


def sequences(stage):
    a, b, _ = stage.client_of_each()
    a.create("/numbered")
    b.sync("/numbered")
    say(a.create("/numbered/n-", sequence=True), b.create("/numbered/n-", sequence=True))
    a.create("/numbered/plain")
    a.delete("/numbered/plain")
    say(b.create("/numbered/m-", sequence=True, ephemeral=True), a.create("/numbered/", sequence=True))
    path, stat = a.create("/numbered/s-", b"1", sequence=True, include_data=True)
    say(path, stat.dataLength)


def ephemerals(stage):
    a, b, _ = stage.client_of_each()
    a.create("/there", ephemeral=True)
    say("under it", outcome(a.create, "/there/child"))
    b.sync("/there")
    say("owner", b.exists("/there").ephemeralOwner == a.client_id[0])
    b.create("/there-too", ephemeral=True)
    told = []
    b.exists("/there", watch=lambda event: told.append(event.type))
    a.stop()
    until("it is gone", lambda: told)
    say(told, b.exists("/there"), b.exists("/there-too") is not None)


def transactions(stage):
    a, b, _ = stage.client_of_each()
    for path in ("/txn", "/txn/old"):
        a.create(path)
    txn = a.transaction()
    txn.check("/txn", 0)
    txn.create("/txn/a", b"1")
    txn.create("/txn/a/b", b"2")
    txn.create("/txn/s-", sequence=True)
    txn.set_data("/txn/a", b"3", version=0)
    txn.delete("/txn/old")
    txn.create("/txn/there", ephemeral=True)
    check, *created, stat, deleted, there = txn.commit()
    say(check, created, stat.version, deleted, there)
    b.sync("/txn")
    zxids = {b.exists("/txn/" + name).czxid for name in ("a", "a/b", "s-0000000002", "there")}
    say("at another server", sorted(b.get_children("/txn")), "of one zxid", len(zxids) == 1)

    txn = b.transaction()
    txn.create("/txn/c")
    txn.delete("/txn/none")
    txn.set_data("/txn", b"never")
    say([type(result).__name__ for result in txn.commit()])
    txn = b.transaction()
    txn.create("/txn/c")
    txn.check("/txn/a", 7)
    say([type(result).__name__ for result in txn.commit()])
    say("nothing of it", b.exists("/txn/c"), b.get("/txn")[0])
    with b.transaction() as txn:
        txn.create("/txn/d")
    say("with", b.exists("/txn/d") is not None, "empty", b.transaction().commit())


def server(stage):
    a = stage.client()
    say(a.command(b"ruok"), a.server_version() >= (3, 5))
