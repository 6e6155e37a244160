"""Clients whose server dies, and such as were away for too long."""

from kazoo.protocol.states import KazooState

from stage import Task, say, until

STATES = {KazooState.CONNECTED: "CONNECTED", KazooState.SUSPENDED: "SUSPENDED", KazooState.LOST: "LOST"}


def moves(stage):
    """Holds all that one can hold; says after each line it is told where it is, and what it has."""
    states = []
    holder = stage.client(states=states.append)
    session = holder.client_id
    other = stage.client()
    holder.create("/held", b"", ephemeral=True, makepath=True)
    lock = holder.Lock("/held-lock", "holder")
    lock.acquire()
    semaphore = holder.Semaphore("/held-semaphore")
    semaphore.acquire()
    party = holder.Party("/held-party", "holder")
    party.join()
    seen = []
    holder.create("/seen", b"0")
    holder.DataWatch("/seen", lambda data, _: seen.append(data))
    waiting = Task(other.Lock("/held-lock", "other").acquire)
    until("the other waits", lambda: len(lock.contenders()) == 2)
    say("at", port_of(holder))
    move = 0
    while stage.command() == "moved":
        until("it is back", lambda: holder.connected and states[-1:] == [KazooState.CONNECTED])
        move += 1
        value = b"%d" % move
        holder.retry(other.retry, other.set, "/seen", value)
        until("it is seen", lambda: seen[-1] == value)
        say(*(STATES[state] for state in states))
        states.clear()
        say("session kept", holder.client_id == session,
            "ephemeral", holder.retry(holder.exists, "/held").ephemeralOwner == session[0],
            "lock", holder.retry(lock.contenders), "other waits", not waiting.is_over,
            "semaphore", holder.retry(semaphore.lease_holders) == [""],
            "party", holder.retry(list, party))
        say("at", port_of(holder))
    lock.release()
    say("other", waiting.result())


def port_of(client):
    """Where the client is connected. It tells nobody by itself."""
    return client._connection._socket.getpeername()[1]


def expires(stage, seconds):
    """Says what becomes of a client, and of what it holds, that is stopped for too long."""
    states = []
    away = stage.client(states=states.append, timeout=float(seconds))
    session = away.client_id[0]
    away.create("/away", ephemeral=True)
    lock = away.Lock("/away-lock", "away")
    lock.acquire()
    say("holds")
    stage.command()
    until("it is back", lambda: away.connected and states[-1:] == [KazooState.CONNECTED])
    away.sync("/away")
    say(*(STATES[state] for state in states))
    say("another session", away.client_id[0] != session, "ephemeral", away.exists("/away"),
        "lock", lock.contenders())


def waits(stage, name, seconds):
    """Waits for a lock and keeps it, with an ephemeral beside it."""
    client = stage.client(timeout=float(seconds))
    client.create("/waits-" + name, ephemeral=True)
    say("waits")
    client.Lock("/waits-lock", name).acquire()
    say("locked")
    stage.command()
