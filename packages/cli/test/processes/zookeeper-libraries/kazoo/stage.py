"""What scenarios are played with: clients, tasks beside them, and somebody who listens."""

import os
import queue
import sys
import threading
import time

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException

WITHIN_SECONDS = 20
POLL_SECONDS = 0.01


class Stage:
    """The servers, and who has connected to them."""

    def __init__(self, hosts):
        self.hosts = hosts
        self._clients = []
        self._commands = queue.Queue()
        threading.Thread(target=self._read_commands, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self._clients:
            client.stop()
            client.close()

    def client(self, at=None, states=None, **options):
        """A client of one server, or of all of them; each change of its state is told to `states`."""
        hosts = ",".join(self.hosts) if at is None else self.hosts[at]
        client = KazooClient(hosts=hosts, **options)
        client.start()
        if states is not None:
            client.add_listener(states)
        self._clients.append(client)
        return client

    def client_of_each(self):
        """One client for each server."""
        return [self.client(at) for at in range(len(self.hosts))]

    def command(self):
        """The next line that somebody says."""
        return self._commands.get(timeout=WITHIN_SECONDS)

    def _read_commands(self):
        for line in sys.stdin:
            self._commands.put(line.strip())
        os._exit(0)


class Task:
    """Something that is done beside the rest."""

    def __init__(self, call, *args, **options):
        self._outcome = queue.Queue(1)
        self._call = lambda: call(*args, **options)
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def is_over(self):
        return self._outcome.full()

    def result(self):
        """What came of it, as soon as it is over."""
        value, thrown = self._outcome.get(timeout=WITHIN_SECONDS)
        if thrown is not None:
            raise thrown
        return value

    def _run(self):
        try:
            self._outcome.put((self._call(), None))
        except BaseException as thrown:
            self._outcome.put((None, thrown))


def say(*words):
    print(*words, flush=True)


def until(what, ask):
    """Asks again and again until there is an answer, and gives it back."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError("not in time: " + what)
        time.sleep(POLL_SECONDS)


def outcome(call, *args, **options):
    """The name of the error that a call ends with, or "done"."""
    try:
        call(*args, **options)
        return "done"
    except (KazooException, ValueError) as refusal:
        return type(refusal).__name__
