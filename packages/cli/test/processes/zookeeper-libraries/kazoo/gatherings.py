"""Barriers, counters, parties and sets that parties share."""

import threading

from kazoo.recipe.partitioner import PartitionState

from stage import Task, say, until

TURNS = 15


def barriers(stage):
    clients = stage.client_of_each()
    a, b, _ = clients
    barrier = a.Barrier("/barrier")
    barrier.create()
    b.sync("/barrier")
    say("passed, at once", b.Barrier("/barrier").wait(timeout=0.1))
    waiting = Task(b.Barrier("/barrier").wait)
    say("removed", barrier.remove())
    say("passed", waiting.result(), "removed again", barrier.remove())

    steps, left = [], threading.Lock()

    def go_through(client, name):
        double = client.DoubleBarrier("/double", len(clients), name)
        for step, pass_it in (("entered", double.enter), ("left", double.leave)):
            pass_it()
            with left:
                steps.append(step)

    everybody = [Task(go_through, client, str(number)) for number, client in enumerate(clients[1:])]
    until("two are there", lambda: len(children(a, "/double")) == 2)
    say("without the last", steps)
    go_through(a, "last")
    for one in everybody:
        one.result()
    # Who has entered may leave while others still enter: only how often each happened is certain.
    say("entered", steps.count("entered"), "left", steps.count("left"))


def children(client, path):
    return client.get_children(path) if client.exists(path) else []


def counters(stage):
    clients = stage.client_of_each()

    def count(client):
        counter = client.Counter("/counter")
        for _ in range(TURNS):
            counter += 2
            counter -= 1

    for task in [Task(count, client) for client in clients]:
        task.result()
    a = clients[0]
    a.sync("/counter")
    say("counted", a.Counter("/counter").value)
    fraction = a.Counter("/fraction", default=1.5)
    fraction += 2.25
    say("from", fraction.pre_value, "to", fraction.post_value)
    curators = a.Counter("/curators", support_curator=True)
    curators += 258
    say("as Curator writes it", a.get("/curators")[0].hex())


def parties(stage):
    clients = dict(zip("abc", stage.client_of_each()))
    a, b = clients["a"], clients["b"]
    for kind, path in (("Party", "/party"), ("ShallowParty", "/shallow")):
        parties = {name: getattr(client, kind)(path, name) for name, client in clients.items()}
        for party in parties.values():
            party.join()
        b.sync(path)
        say(kind, sorted(parties["b"]), "of", len(parties["b"]))
        say("left", parties["a"].leave(), "again", parties["a"].leave())
        b.sync(path)
        say("then", sorted(parties["b"]))
    clients["c"].stop()
    for path in ("/party", "/shallow"):
        a.sync(path)
        say("without c", len(a.Party(path) if path == "/party" else a.ShallowParty(path)))


def partitioner(stage):
    things = tuple("0123456")
    clients = dict(zip("abc", stage.client_of_each()))
    shares = {name: client.SetPartitioner("/shares", things, identifier=name,
                                          time_boundary=0.3, max_reaction_time=0.3)
              for name, client in clients.items()}

    def share_out(names):
        """Lets everybody do what the state asks for, until all hold what is theirs."""
        for name in names:
            share = shares[name]
            if share.failed:
                raise AssertionError(name + " has failed")
            if share.release:
                share.release_set()
        held = [list(shares[name]) for name in names if shares[name].state == PartitionState.ACQUIRED]
        return held if sorted(thing for one in held for thing in one) == list(things) else None

    say("of three", until("three share", lambda: share_out("abc")))
    shares["b"].finish()
    say("of two", until("two share", lambda: share_out("ac")))
