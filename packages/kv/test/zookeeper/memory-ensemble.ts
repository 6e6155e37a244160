import {
  Driver,
  majorityOf,
  Prng,
  type Configuration,
  type MessageCodec,
  type NodeId,
  type Protocol,
} from "@quorate/core";
import {
  MemoryDisk,
  MemoryLog,
  MemoryLogStore,
  MemoryNetwork,
  MemorySnapshots,
  MemorySnapshotStore,
  type Schedule,
} from "@quorate/core/memory";
import { Raft, raftCodec } from "@quorate/raft";
import { Zab, zabCodec, zabTimes } from "@quorate/zab";
import { nodeRuntime } from "../../src/compose/node-runtime.ts";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../../src/zookeeper/apply/index.ts";
import {
  startZooKeeperServer,
  type ListeningServer,
  type ListeningServerOptions,
} from "./listening-server.ts";

const HEARTBEAT_MILLIS = 20;
const ELECTION_MILLIS = 200;
const TICK_MILLIS = 2000;

/** What the service must not be able to tell apart. */
export type ProtocolName = "raft" | "zab";

/** One member of an ensemble in this process. */
export interface EnsembleMember {
  readonly id: NodeId;
  readonly port: number;
  readonly machine: ZooKeeperStateMachine;
  readonly driver: Pick<
    Driver<unknown, ZooKeeperResult>,
    "start" | "tick" | "stop" | "view" | "onView"
  >;
  readonly server: ListeningServer;
}

/** The service on real sockets over members with disks and network in memory. */
export class MemoryEnsemble {
  readonly members: readonly EnsembleMember[];
  readonly network: MemoryNetwork;
  readonly #timers: readonly NodeJS.Timeout[];

  private constructor(
    members: readonly EnsembleMember[],
    network: MemoryNetwork,
    timers: readonly NodeJS.Timeout[],
  ) {
    this.members = members;
    this.network = network;
    this.#timers = timers;
  }

  /** Resolves when all members know a leader. */
  static async start(
    protocol: ProtocolName,
    count: number,
    options: Partial<ListeningServerOptions> = {},
  ): Promise<MemoryEnsemble> {
    const network = new MemoryNetwork({
      schedule: (_member, millis, run) => void setTimeout(run, millis),
    });
    const ids = Array.from({ length: count }, (_, i) => String(i + 1));
    const configuration = majorityOf(ids.map((id) => ({ id, addresses: [] })));
    const members = await Promise.all(
      ids.map((id) => startMember(protocol, id, configuration, network, options)),
    );
    const tickMillis = options.tickMillis ?? TICK_MILLIS;
    const timers = members.flatMap(({ driver, server }) => {
      driver.start();
      return [
        setInterval(() => driver.tick(), HEARTBEAT_MILLIS / 2),
        setInterval(() => server.tick(), tickMillis / 2),
      ];
    });
    await Promise.all(members.map(led));
    return new MemoryEnsemble(members, network, timers);
  }

  /** The member that leads, as it believes itself. */
  get leader(): EnsembleMember {
    const leader = this.members.find(({ driver }) => driver.view().isLeader);
    if (leader === undefined) throw new Error("nobody leads");
    return leader;
  }

  get followers(): readonly EnsembleMember[] {
    return this.members.filter(({ driver }) => !driver.view().isLeader);
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const { driver } of this.members) driver.stop();
    await Promise.all(this.members.map(({ server }) => server.close()));
  }
}

function startMember(
  protocol: ProtocolName,
  self: NodeId,
  configuration: Configuration,
  network: MemoryNetwork,
  options: Partial<ListeningServerOptions>,
): Promise<EnsembleMember> {
  const recovered = { hardState: null, snapshot: null, tail: [] };
  const common = { self, configuration, recovered, prng: new Prng(Number(self)) };
  if (protocol === "raft") {
    const times = { electionMillis: ELECTION_MILLIS, heartbeatMillis: HEARTBEAT_MILLIS };
    return join(new Raft({ ...common, ...times }), raftCodec, self, network, options);
  }
  const times = {
    ...zabTimes(2 * HEARTBEAT_MILLIS, 10, 5),
    finalizeWaitMillis: 20,
    notificationMillisMin: 20,
  };
  return join(new Zab({ ...common, times }), zabCodec, self, network, options);
}

async function join<Message>(
  protocol: Protocol<Message>,
  codec: MessageCodec<Message>,
  id: NodeId,
  network: MemoryNetwork,
  options: Partial<ListeningServerOptions>,
): Promise<EnsembleMember> {
  const schedule: Schedule = (millis, run) => void setTimeout(run, millis);
  const machine = new ZooKeeperStateMachine();
  let server: ListeningServer | null = null;
  const driver = new Driver<Message, ZooKeeperResult>({
    group: { group: "zookeeper", cluster: "test", self: id },
    protocol,
    codec,
    log: new MemoryLogStore(new MemoryLog(), new MemoryDisk({ schedule }), schedule),
    snapshots: new MemorySnapshotStore(new MemorySnapshots(), new MemoryDisk({ schedule })),
    transport: network.transport(),
    stateMachine: machine,
    runtime: nodeRuntime,
    applied: 0,
    checkpointEntries: 1000,
    incarnation: 1,
    onFatal: (error) => {
      throw error;
    },
    onAsk: (_from, question, answer) => {
      if (server !== null) answer(server.onAsk(question));
    },
  });
  server = await startZooKeeperServer({
    sid: Number(id),
    log: driver,
    machine,
    listen: [{ host: "127.0.0.1", port: 0 }],
    tickMillis: TICK_MILLIS,
    report: { info: () => {}, warn: () => {} },
    ...options,
  });
  return { id, port: server.addresses[0]?.port ?? 0, machine, driver, server };
}

function led({ driver }: EnsembleMember): Promise<void> {
  return new Promise((resolve) => {
    if (driver.view().leader !== null) return resolve();
    const stop = driver.onView((view) => {
      if (view.leader === null) return;
      stop();
      resolve();
    });
  });
}
