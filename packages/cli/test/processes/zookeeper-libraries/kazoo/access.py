"""Who may do what."""

from kazoo.client import KazooClient
from kazoo.exceptions import AuthFailedError
from kazoo.security import CREATOR_ALL_ACL, READ_ACL_UNSAFE, make_acl, make_digest_acl

from stage import outcome, say


def access(stage):
    stranger = stage.client(0)
    reader = stage.client(1)
    owner = stage.client(2, auth_data=[("digest", "owner:secret")])
    reader.add_auth("digest", "reader:word")
    acls = [make_digest_acl("owner", "secret", all=True), make_digest_acl("reader", "word", read=True)]
    owner.create("/mine", b"1", acl=acls)
    for client in (stranger, reader):
        client.sync("/mine")

    def attempts(client):
        return [outcome(call, *args) for call, *args in (
            (client.get, "/mine"),
            (client.get_children, "/mine"),
            (client.set, "/mine", b"2"),
            (client.create, "/mine/child"),
            (client.delete, "/mine/child"),
            (client.get_acls, "/mine"),
            (client.set_acls, "/mine", acls),
        )]

    say("stranger", *attempts(stranger))
    say("reader", *attempts(reader))
    say("owner", *attempts(owner))
    said, stat = owner.get_acls("/mine")
    say("as made", said == acls, "version", stat.aversion, stat.version)
    said, _ = reader.get_acls("/mine")
    say("to a reader", *(acl.id.id for acl in said))
    say("stale", outcome(owner.set_acls, "/mine", acls, version=0))
    stranger.add_auth("digest", "owner:secret")
    say("stranger with the word", *attempts(stranger))

    owner.create("/own", b"", acl=CREATOR_ALL_ACL)
    (own,), _ = owner.get_acls("/own")
    say("the creator's", own.id.scheme, own == acls[0])
    say("the creator's, without a name", outcome(stage.client(0).create, "/nobody", acl=CREATOR_ALL_ACL))
    say("unknown scheme", outcome(owner.create, "/odd", acl=[make_acl("none", "x", all=True)]))
    nobody = stage.client(1)
    owner.create("/shown", b"to all", acl=READ_ACL_UNSAFE)
    nobody.sync("/shown")
    say("shown", nobody.get("/shown")[0], outcome(nobody.set, "/shown", b""))
    owner.create("/here", acl=[make_acl("ip", "127.0.0.1", all=True)])
    owner.create("/elsewhere", acl=[make_acl("ip", "10.1.0.0/16", all=True)])
    nobody.sync("/elsewhere")
    say("by address", outcome(nobody.get, "/here"), outcome(nobody.get, "/elsewhere"))

    txn = nobody.transaction()
    txn.create("/fine")
    txn.set_data("/shown", b"")
    say([type(result).__name__ for result in txn.commit()])

    try:
        stage.client(0).add_auth("none", "x")
    except AuthFailedError:
        say("unknown scheme of a name, refused")
