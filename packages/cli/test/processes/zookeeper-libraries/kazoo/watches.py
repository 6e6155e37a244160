"""Watches of one client for what another does at another server."""

import queue

from kazoo.recipe.cache import TreeCache, TreeEvent

from stage import WITHIN_SECONDS, say, until


class Heard:
    """What watches were told, one after the other."""

    def __init__(self):
        self._told = queue.Queue()

    def tell(self, *words):
        self._told.put(" ".join(str(word) for word in words))

    def next(self):
        return self._told.get(timeout=WITHIN_SECONDS)

    @property
    def is_empty(self):
        return self._told.empty()


def data_watch(stage):
    writer, watcher, _ = stage.client_of_each()
    heard = Heard()

    def tell(data, stat, event):
        heard.tell(data, stat and stat.version, event and event.type)

    watcher.DataWatch("/watched", tell)
    say(heard.next())
    for write in (lambda: writer.create("/watched", b"1"),
                  lambda: writer.set("/watched", b"2"),
                  lambda: writer.set("/watched", b"2"),
                  lambda: writer.delete("/watched"),
                  lambda: writer.create("/watched", b"3")):
        write()
        say(heard.next())


def children_watch(stage):
    writer, watcher, _ = stage.client_of_each()
    writer.create("/family")
    watcher.sync("/family")
    heard = Heard()

    def tell(children):
        heard.tell(sorted(children))
        return len(children) < 3

    watcher.ChildrenWatch("/family", tell)
    say(heard.next())
    for write in (lambda: writer.create("/family/a"),
                  lambda: writer.create("/family/b", ephemeral=True),
                  lambda: writer.delete("/family/a"),
                  lambda: writer.create("/family/c"),
                  lambda: writer.create("/family/d")):
        write()
        say(heard.next())
    # The last answer ended it.
    writer.delete("/family/d")
    watcher.sync("/family")
    say("more", not heard.is_empty)


def one_shot_watches(stage):
    writer, watcher, _ = stage.client_of_each()
    heard = Heard()
    fences = iter(range(100))

    def tell(event):
        heard.tell(event.type, event.state, event.path)

    def after(write, *args):
        """Says all that was heard of a write: what the last watch tells comes behind it."""
        write(*args)
        watcher.sync("/once")
        fence = "/fence-%d" % next(fences)
        watcher.exists(fence, watch=lambda _: heard.tell(fence))
        watcher.create(fence)
        say(*iter(heard.next, fence))

    watcher.exists("/once", watch=tell)
    watcher.exists("/once", watch=tell)
    after(writer.create, "/once")
    watcher.get("/once", watch=tell)
    after(writer.set, "/once", b"1")
    after(writer.set, "/once", b"2")
    watcher.get_children("/once", watch=tell)
    after(writer.set, "/once", b"3")
    after(writer.create, "/once/child")
    watcher.get_children("/once/child", watch=tell)
    watcher.get("/once", watch=tell)
    after(writer.delete, "/once/child")
    after(watcher.set, "/once", b"4")


def tree_cache(stage):
    writer, watcher, _ = stage.client_of_each()
    writer.create("/tree/a/b", b"1", makepath=True)
    watcher.sync("/tree")
    names = {value: name for name, value in vars(TreeEvent).items() if name.isupper()}
    heard = Heard()
    cache = TreeCache(watcher, "/tree")
    cache.listen(lambda event: heard.tell(
        names[event.event_type], event.event_data.path if event.event_data else ""))
    cache.start()
    first = [heard.next() for _ in range(4)]
    say(sorted(first[:3]), first[3])
    for write in (lambda: writer.set("/tree/a/b", b"2"),
                  lambda: writer.create("/tree/c", b"3"),
                  lambda: writer.delete("/tree/a/b")):
        write()
        say(heard.next())
    say(cache.get_data("/tree/c").data, sorted(cache.get_children("/tree")),
        sorted(until("a is empty", lambda: [cache.get_children("/tree/a")])[0]))
    cache.close()
