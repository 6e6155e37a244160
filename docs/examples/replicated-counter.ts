/**
 * A state machine of our own on three members, with real disks and sockets: a counter that every
 * member can add to, and that is still there after all of them were stopped.
 */
import {
  ByteReader,
  ByteWriter,
  Driver,
  majorityOf,
  Prng,
  restoreLatest,
  type Entry,
  type PinnedView,
  type SnapshotSink,
  type StateMachine,
} from "@quorate/core";
import { Raft, raftCodec, type RaftMessage } from "@quorate/raft";
import { openDataDirectory } from "@quorate/storage-fs";
import { startTcpTransport, type TcpTransport } from "@quorate/transport-tcp";

const group = { group: "counter", cluster: "example" };
const configuration = majorityOf([
  { id: "a", addresses: ["http://127.0.0.1:2479"] },
  { id: "b", addresses: ["http://127.0.0.1:2480"] },
  { id: "c", addresses: ["http://127.0.0.1:2481"] },
]);

/** Commands are numbers to add; the answer to one is the sum behind it. */
class Counter implements StateMachine<number> {
  value = 0;

  apply(entries: readonly Entry[], each: (entry: Entry, result: number) => void): void {
    for (const entry of entries) {
      this.value += new ByteReader(entry.data, "command").u32();
      each(entry, this.value);
    }
  }

  /** The whole state is one chunk; a larger one would be read in many. */
  pin(): PinnedView {
    const chunks = [new ByteWriter().u32(this.value).finish()];
    return { read: () => chunks.shift() ?? null, release: () => {} };
  }

  restore(): SnapshotSink {
    const writer = new ByteWriter();
    return {
      write: (chunk) => void writer.raw(chunk),
      finish: () => {
        this.value = new ByteReader(writer.finish(), "state").u32();
      },
      abort: () => {},
    };
  }
}

interface Member {
  readonly log: Driver<RaftMessage, number>;
  readonly counter: Counter;
  stop(): Promise<void>;
}

async function startMember(
  self: string,
  transport: TcpTransport,
  incarnation: number,
): Promise<Member> {
  const directory = await openDataDirectory({
    path: `./${self}`,
    identity: { cluster: group.cluster, member: self, from: "the arguments" },
    groups: [group.group],
  });
  const storage = directory.groups.get(group.group);
  if (storage === undefined) throw new Error("the directory was opened without the group");
  const { log, snapshots, recovered } = storage;
  const counter = new Counter();
  const site = { snapshots, stateMachine: counter, chunkBytes: 65_536 };
  await new Promise<void>((done, fail) =>
    restoreLatest(site, (outcome) => (outcome === null ? done() : fail(outcome))),
  );
  const driver = new Driver({
    group: { ...group, self },
    protocol: new Raft({
      self,
      configuration,
      recovered,
      prng: new Prng(Math.floor(Math.random() * 2 ** 32)),
      electionMillis: 1000,
      heartbeatMillis: 100,
    }),
    codec: raftCodec,
    log,
    snapshots,
    transport,
    stateMachine: counter,
    runtime: {
      now: () => ({ monotonic: performance.now(), wall: Date.now() }),
      defer: (callback) => void setImmediate(callback),
    },
    applied: recovered.snapshot?.position.index ?? 0,
    // Very soon, so that the second start finds a snapshot.
    checkpointEntries: 2,
    incarnation,
    onFatal: (error) => {
      throw error;
    },
    onAsk: () => {},
  });
  driver.start();
  const ticks = setInterval(() => driver.tick(), 10);
  return {
    log: driver,
    counter,
    stop: async () => {
      clearInterval(ticks);
      driver.stop();
      await transport.close();
      await directory.close();
    },
  };
}

function startAll(incarnation: number): Promise<readonly Member[]> {
  const log = { info: () => {}, warn: () => {} };
  return Promise.all(
    configuration.members.map(async ({ id, addresses }) => {
      const options = { listen: addresses, incarnation, random: Math.random, log };
      return startMember(id, await startTcpTransport(options), incarnation);
    }),
  );
}

function add(member: Member, amount: number): Promise<number> {
  const command = new ByteWriter().u32(amount).finish();
  return new Promise((done, fail) =>
    member.log.propose(command, (outcome) =>
      outcome.kind === "done" ? done(outcome.result) : fail(outcome.error),
    ),
  );
}

/** The value as of now: no member answers with an older one. */
function read(member: Member): Promise<number> {
  return new Promise((done, fail) =>
    member.log.read("linearizable", (failure) =>
      failure === null ? done(member.counter.value) : fail(failure),
    ),
  );
}

const members = await startAll(1);
for (const member of members) console.log("added 5:", await add(member, 5));
await Promise.all(members.map((member) => member.stop()));

const again = await startAll(2);
for (const member of again) console.log("after a restart:", await read(member));
await Promise.all(again.map((member) => member.stop()));
// → added 5: 5
// → added 5: 10
// → added 5: 15
// → after a restart: 15
// → after a restart: 15
// → after a restart: 15
