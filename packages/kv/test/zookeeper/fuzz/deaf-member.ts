import {
  Driver,
  majorityOf,
  QuorateError,
  type GroupView,
  type NodeId,
  type Protocol,
  type TransportReceiver,
} from "@quorate/core";
import {
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemorySnapshots,
  MemorySnapshotStore,
  type Schedule,
} from "@quorate/core/memory";
import { zabCodec, type ZabMessage } from "@quorate/zab";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../../../src/zookeeper/apply/index.ts";
import { ZooKeeperServer } from "../../../src/zookeeper/server/index.ts";
import { must } from "../../etcd/fuzz/replica.ts";

const SELF = "1";
const PEER = "2";
const configuration = majorityOf(["1", "2", "3"].map((id) => ({ id, addresses: [] })));

const view: GroupView = {
  self: SELF,
  role: "deaf",
  isLeader: true,
  leader: SELF,
  term: 1,
  ready: true,
  commit: 0,
  applied: 0,
  first: 1,
  last: 0,
  configurations: { committed: configuration, latest: configuration },
  progress: new Map(),
  details: {},
};

/** Believes nothing, so that it can be told whatever a codec can read. */
const deaf: Protocol<ZabMessage> = { step: () => {}, takeEffects: () => [], view: () => view };

/** A member with everything but a protocol: what a peer says passes through all that reads it. */
export class DeafMember {
  readonly #receiver: TransportReceiver;
  readonly #fatal: QuorateError[] = [];
  #deferred: (() => void)[] = [];
  #answers = 0;
  #incarnation = 1;

  constructor() {
    const defer = (run: () => void): void => void this.#deferred.push(run);
    const schedule: Schedule = (_millis, run) => defer(run);
    const machine = new ZooKeeperStateMachine();
    const receivers: TransportReceiver[] = [];
    const driver: Driver<ZabMessage, ZooKeeperResult> = new Driver({
      group: { group: "zookeeper", cluster: "test", self: SELF },
      protocol: deaf,
      codec: zabCodec,
      log: new MemoryLogStore(new MemoryLog(), new MemoryDisk({ schedule }), schedule),
      snapshots: new MemorySnapshotStore(new MemorySnapshots(), new MemoryDisk({ schedule })),
      transport: {
        join: (_group, _peers, receiver) => {
          receivers.push(receiver);
          const send = (to: NodeId): void => void (to === PEER && this.#answers++);
          return { send, setPeers: () => {}, leave: () => {} };
        },
      },
      stateMachine: machine,
      runtime: { now: () => ({ monotonic: 0, wall: 0 }), defer },
      applied: 0,
      checkpointEntries: 100,
      incarnation: 1,
      onFatal: (error) => void this.#fatal.push(error),
      onAsk: (_from, question, answer) => answer(server.onAsk(question)),
    });
    const server = new ZooKeeperServer({
      sid: 1,
      log: driver,
      machine,
      tickMillis: 1000,
      report: { info: () => {}, warn: () => {} },
      now: () => 0,
      wallNow: () => 0,
      defer,
      newPassword: () => new Uint8Array(16),
      clientPort: () => null,
    });
    driver.start();
    const [receiver] = receivers;
    if (receiver === undefined) throw new Error("it has not joined");
    this.#receiver = receiver;
    receiver.linkUp(PEER, this.#incarnation);
  }

  /** Whether the frame ends its link, which begins again then. */
  refuses(frame: Uint8Array): boolean {
    try {
      this.#receiver.receive(PEER, frame);
      return false;
    } catch (thrown) {
      must(thrown instanceof QuorateError && thrown.code === "ERR_MALFORMED", String(thrown));
      this.#receiver.linkDown(PEER);
      this.#receiver.linkUp(PEER, ++this.#incarnation);
      return true;
    }
  }

  /** Everything heard is through, and the member still answers its peer. */
  check(question: Uint8Array): void {
    while (this.#deferred.length > 0) for (const run of this.#deferred.splice(0)) run();
    must(this.#fatal.length === 0, `it goes on: ${this.#fatal[0]?.stack}`);
    const before = this.#answers;
    must(!this.refuses(question), "a question that makes sense is taken");
    must(this.#answers > before, "a question that makes sense is answered");
  }
}
