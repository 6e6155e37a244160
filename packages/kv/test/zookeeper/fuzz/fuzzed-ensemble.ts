import {
  Driver,
  majorityOf,
  Prng,
  type NodeId,
  type QuorateError,
  type Runtime,
  type Transport,
} from "@quorate/core";
import {
  EventQueue,
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemoryNetwork,
  MemorySnapshots,
  MemorySnapshotStore,
} from "@quorate/core/memory";
import { Zab, zabCodec, zabTimes, type ZabMessage } from "@quorate/zab";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../../../src/zookeeper/apply/index.ts";
import { ZooKeeperServer } from "../../../src/zookeeper/server/index.ts";
import { MemoryStream } from "./memory-stream.ts";

const HEARTBEAT_MILLIS = 50;
const TICK_MILLIS = 500;
export const IDS: readonly NodeId[] = ["1", "2", "3"];

/** Changes what a member is about to hear. */
export type Spoiler = (to: NodeId, frame: Uint8Array) => Uint8Array;

/** Three members in virtual time, of which one may hear what nobody said. */
export class FuzzedEnsemble {
  readonly victim: NodeId;
  /** Why members stopped. */
  readonly fatal: QuorateError[] = [];
  spoiler: Spoiler | null = null;
  /** How many frames were heard otherwise than they were said. */
  spoilt = 0;
  readonly #queue = new EventQueue();
  readonly #network: MemoryNetwork;
  readonly #servers: ReadonlyMap<NodeId, ZooKeeperServer>;

  constructor(prng: Prng) {
    this.victim = prng.pick(IDS);
    this.#network = new MemoryNetwork({
      schedule: (member, millis, run) => void this.#queue.add(millis, Number(member), run),
      delayMillis: () => 1 + prng.below(3),
      redialMillis: () => 10,
    });
    this.#servers = new Map(IDS.map((id) => [id, this.#start(id)]));
  }

  /** A client of a member. */
  connect(id: NodeId): MemoryStream {
    const stream = new MemoryStream((run) => void this.#queue.add(0, Number(id), run));
    this.#servers.get(id)?.accept(stream);
    return stream;
  }

  /** Links of the victim break, as on a network. */
  breakLinks(): void {
    for (const id of IDS) {
      if (id !== this.victim) this.#network.breakLinks(this.victim, id, () => 1);
    }
  }

  /** Nothing gets to the victim for a while, nor from it. */
  isolate(millis: number): void {
    const ways = IDS.filter((id) => id !== this.victim);
    for (const id of ways) {
      this.#network.block(id, this.victim);
      this.#network.block(this.victim, id);
    }
    this.#queue.add(millis, -1, () => {
      for (const id of ways) {
        this.#network.unblock(id, this.victim);
        this.#network.unblock(this.victim, id);
      }
    });
  }

  pass(millis: number): void {
    const until = this.#queue.now + millis;
    while (this.#queue.nextTime <= until) this.#queue.take()?.run();
    this.#queue.advanceTo(until);
  }

  #start(id: NodeId): ZooKeeperServer {
    const runtime: Runtime = {
      now: () => ({ monotonic: this.#queue.now, wall: this.#queue.now }),
      defer: (run) => void this.#queue.add(0, Number(id), run),
    };
    const schedule = (millis: number, run: () => void): void =>
      void this.#queue.add(millis, Number(id), run);
    const configuration = majorityOf(IDS.map((each) => ({ id: each, addresses: [] })));
    const machine = new ZooKeeperStateMachine();
    const driver: Driver<ZabMessage, ZooKeeperResult> = new Driver({
      group: { group: "zookeeper", cluster: "test", self: id },
      protocol: new Zab({
        self: id,
        configuration,
        recovered: { hardState: null, snapshot: null, tail: [] },
        prng: new Prng(Number(id)),
        times: zabTimes(2 * HEARTBEAT_MILLIS, 10, 5),
        // Short, so that who falls behind needs a snapshot.
        limits: { trailingEntries: 10 },
      }),
      codec: zabCodec,
      log: new MemoryLogStore(new MemoryLog(), new MemoryDisk({ schedule }), schedule),
      snapshots: new MemorySnapshotStore(new MemorySnapshots(), new MemoryDisk({ schedule })),
      transport: this.#spoilt(id, this.#network.transport()),
      stateMachine: machine,
      runtime,
      applied: 0,
      checkpointEntries: 50,
      limits: { snapshotChunkBytes: 500 },
      incarnation: 1,
      onFatal: (error) => void this.fatal.push(error),
      onAsk: (_from, question, answer) => answer(server.onAsk(question)),
    });
    const server = new ZooKeeperServer({
      sid: Number(id),
      log: driver,
      machine,
      tickMillis: TICK_MILLIS,
      report: { info: () => {}, warn: () => {} },
      now: () => this.#queue.now,
      wallNow: () => this.#queue.now,
      defer: (run) => void this.#queue.add(0, Number(id), run),
      newPassword: () => new Uint8Array(16),
      clientPort: () => null,
    });
    driver.start();
    const every = (millis: number, run: () => void): void => {
      const again = (): void => {
        run();
        this.#queue.add(millis, Number(id), again);
      };
      this.#queue.add(millis, Number(id), again);
    };
    every(HEARTBEAT_MILLIS / 2, () => driver.tick());
    every(TICK_MILLIS / 2, () => server.tick());
    return server;
  }

  #spoilt(id: NodeId, transport: Transport): Transport {
    return {
      join: (identity, peers, receiver) =>
        transport.join(identity, peers, {
          linkUp: (peer, incarnation) => receiver.linkUp(peer, incarnation),
          linkDown: (peer) => receiver.linkDown(peer),
          receive: (peer, frame) => receiver.receive(peer, this.spoiler?.(id, frame) ?? frame),
        }),
    };
  }
}
