"""What kazoo and its recipes do with ZooKeeper's servers, one scenario for each name:

    main.py HOST:PORT,... SCENARIO [ARGUMENT...]

A scenario prints a line for each thing that happened. Where it has to wait for its turn to go on, it
reads a line; it ends, whatever it does, when nobody can write one any more.
"""

import sys

import access
import gatherings
import locks
import moves
import nodes
import queues
import watches
from stage import Stage

SCENARIOS = {
    "access": access.access,
    "barriers": gatherings.barriers,
    "children_watch": watches.children_watch,
    "counters": gatherings.counters,
    "data_watch": watches.data_watch,
    "elections": locks.elections,
    "ephemerals": nodes.ephemerals,
    "expires": moves.expires,
    "leases": locks.leases,
    "locking_queue": queues.locking_queue,
    "locks": locks.locks,
    "moves": moves.moves,
    "nodes": nodes.nodes,
    "one_shot_watches": watches.one_shot_watches,
    "parties": gatherings.parties,
    "partitioner": gatherings.partitioner,
    "queue": queues.queue,
    "read_write_locks": locks.read_write_locks,
    "semaphores": locks.semaphores,
    "sequences": nodes.sequences,
    "server": nodes.server,
    "transactions": nodes.transactions,
    "tree_cache": watches.tree_cache,
    "waits": moves.waits,
}

if __name__ == "__main__":
    hosts, name, *arguments = sys.argv[1:]
    with Stage(hosts.split(",")) as stage:
        SCENARIOS[name](stage, *arguments)
