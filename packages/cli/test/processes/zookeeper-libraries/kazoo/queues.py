"""What is put in at one server comes out at another."""

from stage import say


def queue(stage):
    a, b, c = stage.client_of_each()
    for value, priority in ((b"late", 200), (b"first", 1), (b"second", 100), (b"third", 100)):
        a.Queue("/queue").put(value, priority)
    b.sync("/queue")
    say("of", len(b.Queue("/queue")))
    out = b.Queue("/queue")
    say(*(out.get().decode() for _ in range(3)))
    c.sync("/queue")
    other = c.Queue("/queue")
    say(other.get().decode(), other.get())


def locking_queue(stage):
    a, b, c = stage.client_of_each()
    into = a.LockingQueue("/locking")
    into.put_all([b"1", b"2", b"3"])
    into.put(b"first", priority=5)
    for client in (b, c):
        client.sync("/locking")
    one, other = b.LockingQueue("/locking"), c.LockingQueue("/locking")
    say("of", len(one))
    say(one.get().decode(), "again", one.get().decode(), "held", one.holds_lock())
    say(other.get().decode(), "held", other.holds_lock())
    say("released", one.release(), "consumed without", one.consume())
    say("consumed", other.consume())
    say(other.get().decode(), "consumed", other.consume())
    b.sync("/locking")
    # Whoever dies holds nothing any more.
    say(one.get().decode())
    b.stop()
    say(other.get(timeout=5).decode(), "consumed", other.consume())
    say(other.get(timeout=5).decode(), "consumed", other.consume())
    say("left", other.get(timeout=0.1), "of", len(other))
