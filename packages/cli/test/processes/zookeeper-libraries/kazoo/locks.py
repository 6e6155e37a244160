"""Locks, and what is built of them."""

import datetime
import threading

from stage import Task, outcome, say, until

TURNS = 10


class Room:
    """Where nobody may be beside somebody else; knows how many have been at once."""

    def __init__(self):
        self._lock = threading.Lock()
        self._inside = 0
        self.most = 0

    def __enter__(self):
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)

    def __exit__(self, *_):
        with self._lock:
            self._inside -= 1


def locks(stage):
    clients = stage.client_of_each() + stage.client_of_each()
    clients[0].create("/counted", b"0")
    room = Room()

    def take_turns(client):
        lock = client.Lock("/lock")
        for _ in range(TURNS):
            with lock, room:
                count = int(client.get("/counted")[0])
                client.set("/counted", b"%d" % (count + 1))

    for task in [Task(take_turns, client) for client in clients]:
        task.result()
    clients[0].sync("/counted")
    say("counted", clients[0].get("/counted")[0].decode(), "at most", room.most, "inside")

    a, b, c = clients[:3]
    first, second, third = a.Lock("/lock", "a"), b.Lock("/lock", "b"), c.Lock("/lock", "c")
    say("first", first.acquire())
    say("second, at once", second.acquire(blocking=False))
    say("second, soon", outcome(second.acquire, timeout=0.1))
    waiting = [Task(second.acquire), None]
    until("one waits", lambda: first.contenders() == ["a", "b"])
    waiting[1] = Task(third.acquire)
    until("two wait", lambda: first.contenders() == ["a", "b", "c"])
    fourth = a.Lock("/lock", "d")
    cancelled = Task(outcome, fourth.acquire)
    until("three wait", lambda: len(first.contenders()) == 4)
    fourth.cancel()
    say("fourth", cancelled.result())
    first.release()
    say("second", waiting[0].result(), "third waits", not waiting[1].is_over)
    b.stop()
    say("third, when the second has left", waiting[1].result())
    say("left", third.contenders())
    third.release()


def read_write_locks(stage):
    a, b, c = stage.client_of_each()
    readers = [a.ReadLock("/shared", "a"), b.ReadLock("/shared", "b")]
    say("readers", readers[0].acquire(), readers[1].acquire())
    writer = c.WriteLock("/shared", "writer")
    say("writer, at once", writer.acquire(blocking=False))
    writing = Task(writer.acquire)
    until("the writer waits", lambda: "writer" in writer.contenders())
    late = a.ReadLock("/shared", "late")
    reading = Task(late.acquire)
    until("the late reader waits", lambda: "late" in late.contenders())
    readers[0].release()
    say("writer waits", not writing.is_over)
    readers[1].release()
    say("writer", writing.result(), "late reader waits", not reading.is_over)
    writer.release()
    say("late reader", reading.result())
    late.release()


def semaphores(stage):
    a, b, c = stage.client_of_each()
    first, second, third = (client.Semaphore("/permits", name, max_leases=2)
                            for client, name in ((a, "a"), (b, "b"), (c, "c")))
    say("first", first.acquire(), "second", second.acquire())
    say("holders", sorted(second.lease_holders()))
    say("third, at once", third.acquire(blocking=False))
    say("third, soon", outcome(third.acquire, timeout=0.1))
    say("of three", outcome(c.Semaphore("/permits", max_leases=3).acquire))
    waiting = Task(third.acquire)
    until("the third waits", lambda: c.get_children("/permits-__lock__"))
    first.release()
    say("third, after a release", waiting.result())
    again = Task(first.acquire)
    until("the first waits", lambda: a.get_children("/permits-__lock__"))
    b.stop()
    say("first, when the second has left", again.result())
    say("holders", sorted(first.lease_holders()))


def elections(stage):
    candidates = dict(zip("abc", stage.client_of_each()))
    elected, over = [], {name: threading.Event() for name in candidates}

    def lead(name):
        elected.append(name)
        over[name].wait()

    elections, campaigns = {}, {}
    for number, (name, client) in enumerate(candidates.items()):
        elections[name] = client.Election("/election", name)
        campaigns[name] = Task(elections[name].run, lead, name)
        until(name + " stands", lambda: len(elections[name].contenders()) == number + 1)
    until("somebody leads", lambda: elected)
    say("contenders", elections["c"].contenders(), "elected", elected)
    over["a"].set()
    campaigns["a"].result()
    until("the second leads", lambda: len(elected) == 2)
    say("contenders", until("a has gone", lambda: settled(elections["c"])), "elected", elected)
    elections["c"].cancel()
    campaigns["c"].result()
    over["b"].set()
    campaigns["b"].result()
    say("elected", elected)


def settled(election):
    contenders = election.contenders()
    return contenders if "a" not in contenders else None


def leases(stage):
    a, b, c = stage.client_of_each()
    hour = datetime.timedelta(hours=1)

    def tomorrow():
        return datetime.datetime.utcnow() + datetime.timedelta(days=1)

    say("first", bool(a.NonBlockingLease("/lease", hour, "a")))
    say("second", bool(b.NonBlockingLease("/lease", hour, "b")))
    say("first again", bool(a.NonBlockingLease("/lease", hour, "a")))
    say("second tomorrow", bool(b.NonBlockingLease("/lease", hour, "b", utcnow=tomorrow)))
    say("two of three", [bool(client.MultiNonBlockingLease(2, "/leases", hour, name))
                         for client, name in ((a, "a"), (b, "b"), (c, "c"))])
