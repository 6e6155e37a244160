import type { Configuration } from "../../configuration.ts";
import { Driver } from "../../driver/driver.ts";
import { restoreLatest } from "../../driver/installation.ts";
import type { QuorateError } from "../../errors.ts";
import type { NodeId } from "../../ids.ts";
import { recoverTail } from "../../log/recovered-tail.ts";
import { MemoryDisk } from "../../memory/memory-disk.ts";
import { MemoryLogStore } from "../../memory/memory-log-store.ts";
import type { MemoryNetwork } from "../../memory/memory-network.ts";
import { MemorySnapshotStore } from "../../memory/memory-snapshot-store.ts";
import type { LogStore } from "../../ports/log-store.ts";
import type { Transport } from "../../ports/transport.ts";
import { Prng } from "../../prng.ts";
import type { MessageCodec, Recovered } from "../../protocol.ts";
import { ObservedProtocol } from "./observed-protocol.ts";
import { RegisterMachine } from "./register-machine.ts";
import { SimClock } from "./sim-clock.ts";
import type { SimObserver } from "./sim-observer.ts";
import type { SimProtocol } from "./sim-protocol.ts";
import type { SimSettings, Span } from "./sim-settings.ts";
import type { MemberWitness } from "./witness.ts";

/** What a member needs of its cluster. */
export interface SimWorld<Message> {
  readonly protocol: SimProtocol<Message>;
  readonly settings: SimSettings;
  readonly configuration: Configuration;
  readonly network: MemoryNetwork;
  readonly observer: SimObserver<Message>;
  now(): number;
  /** Runs the callback in the member's process after so many virtual ms. */
  schedule(member: number, millis: number, run: () => void): void;
}

/** One process life of a member; everything in it is gone when it ends. */
export interface SimLife<Message> {
  readonly incarnation: number;
  alive: boolean;
  readonly disks: readonly MemoryDisk[];
  readonly machine: RegisterMachine;
  /** Null while it still reads its disk. */
  driver: Driver<Message, number> | null;
  /** Clients that wait for an answer of this life. */
  readonly connections: Set<() => void>;
}

/** A member: its disks and its clock, which stay, and its process, which comes and goes. */
export class SimMember<Message> {
  readonly id: NodeId;
  readonly number: number;
  readonly clock: SimClock;
  readonly witness: MemberWitness;
  readonly #world: SimWorld<Message>;
  readonly #prng: Prng;
  #life: SimLife<Message> | null = null;
  #incarnation = 0;
  /** Multiplies what its disk takes. */
  diskSlowness = 1;

  constructor(id: NodeId, world: SimWorld<Message>, prng: Prng) {
    const { settings, observer } = world;
    this.id = id;
    this.#world = world;
    this.#prng = prng;
    this.witness = observer.addMember(id, settings.segmentEntries);
    this.number = this.witness.number;
    const drift = (this.#prng.below(2001) / 1000 - 1) * settings.driftMax;
    this.clock = new SimClock(() => world.now(), 1 + drift, this.#prng.between(-5000, 5000));
  }

  get life(): SimLife<Message> | null {
    return this.#life;
  }

  /** Whether a process of it ever ran. */
  get hasLived(): boolean {
    return this.#incarnation > 0;
  }

  /** Starts the process: it reads its disks and joins the others. */
  start(): void {
    const { protocol, settings, observer } = this.#world;
    const latencyMillis = (): number => this.#draw(settings.disk) * this.diskSlowness;
    const incarnation = ++this.#incarnation;
    const schedule = (millis: number, run: () => void): void => this.#post(life, millis, run);
    const disks = [0, 1].map(() => new MemoryDisk({ schedule, latencyMillis }));
    const life: SimLife<Message> = {
      incarnation,
      alive: true,
      disks,
      machine: new RegisterMachine((entry, { value }, digest) =>
        observer.commandApplied(this.witness, entry, value, digest),
      ),
      driver: null,
      connections: new Set(),
    };
    this.#life = life;
    const [logDisk, snapshotDisk] = disks;
    if (logDisk === undefined || snapshotDisk === undefined) return;
    const log = new MemoryLogStore(this.witness.durableLog, logDisk, schedule);
    const snapshots = new MemorySnapshotStore(this.witness.durableSnapshots, snapshotDisk);
    const site = { snapshots, stateMachine: life.machine, chunkBytes: settings.snapshotChunkBytes };
    observer.mark(protocol.name, this.number);
    restoreLatest(site, (outcome) => {
      if (outcome !== null) return observer.violated("recovery", outcome.message);
      const snapshot = snapshots.latest();
      const { tail, resetTo } = recoverTail(snapshot?.position ?? null, this.witness.durableLog);
      const recovered = { hardState: this.witness.durableLog.hardState, snapshot, tail };
      if (snapshot !== null) {
        observer.stateRestored(this.witness, life.machine.stands, life.machine.digest);
      }
      if (resetTo === null) return this.#join(life, recovered, log, snapshots);
      log.reset(resetTo, (failure) => {
        if (failure !== null) return observer.violated("recovery", failure.message);
        this.#join(life, recovered, log, snapshots);
      });
    });
  }

  /**
   * The process dies, and with it what its disks had not acknowledged.
   *
   * @param survivors - how many of the oldest unacknowledged requests happened all the same
   */
  crash(survivors: (queued: number) => number = (queued) => this.#prng.below(queued + 1)): void {
    const life = this.#life;
    if (life === null) return;
    this.#life = null;
    life.alive = false;
    for (const disk of life.disks) disk.crash(survivors);
    for (const broken of life.connections) broken();
    this.#world.observer.ended(this.witness);
  }

  #join(
    life: SimLife<Message>,
    recovered: Recovered,
    log: LogStore,
    snapshots: MemorySnapshotStore,
  ): void {
    const { protocol, settings, configuration, network, observer } = this.#world;
    const messages = new WeakMap<Uint8Array, Message>();
    const inner = protocol.create({
      self: this.id,
      configuration,
      recovered,
      prng: this.#prng.fork(),
      setting: settings.protocolSetting,
      limits: settings.limits,
      electionMillis: settings.electionMillis,
      heartbeatMillis: settings.heartbeatMillis,
    });
    const driver = new Driver<Message, number>({
      group: { group: "g", cluster: "sim", self: this.id },
      protocol: new ObservedProtocol(inner, this.witness, observer),
      codec: remember(protocol.codec, messages),
      log,
      snapshots,
      transport: this.#transport(network.transport(), messages),
      stateMachine: life.machine,
      runtime: {
        now: () => this.clock.now(),
        defer: (run) => this.#post(life, this.#draw({ from: 0, to: settings.turnMillisMax }), run),
      },
      applied: recovered.snapshot?.position.index ?? 0,
      incarnation: life.incarnation,
      checkpointEntries: settings.checkpointEntries,
      onFatal: (error) => this.#fatal(error),
      onAsk: (_from, question, answer) => answer(question),
      limits: {
        leaderWaitMillis: settings.electionMillis * 8,
        readRetryMillis: settings.electionMillis,
        storageStallMillis: settings.electionMillis,
        snapshotChunkBytes: settings.snapshotChunkBytes,
        snapshotTimeoutMillis: settings.electionMillis * 10,
      },
    });
    life.driver = driver;
    observer.started(this.witness, recovered, inner.view());
    driver.start();
    this.#tick(life, driver);
  }

  #tick(life: SimLife<Message>, driver: Driver<Message, number>): void {
    this.#post(life, this.clock.simMillis(this.#world.settings.tickMillis), () => {
      driver.tick();
      this.#tick(life, driver);
    });
  }

  /** Tells the observer what leaves. */
  #transport(inner: Transport, messages: WeakMap<Uint8Array, Message>): Transport {
    const { observer } = this.#world;
    return {
      join: (group, peers, receiver) => {
        const joined = inner.join(group, peers, receiver);
        return {
          send: (to, parts) => {
            const message = parts[1] === undefined ? undefined : messages.get(parts[1]);
            if (message !== undefined) observer.sent(this.witness, to, message);
            joined.send(to, parts);
          },
          setPeers: (next) => joined.setPeers(next),
          leave: () => joined.leave(),
        };
      },
    };
  }

  #fatal(error: QuorateError): void {
    this.#world.observer.violated("driver", `${this.id} stopped: ${describeFailure(error)}`);
  }

  #post(life: SimLife<Message>, millis: number, run: () => void): void {
    this.#world.schedule(this.number, millis, () => {
      if (life.alive) run();
    });
  }

  #draw({ from, to }: Span): number {
    return to === 0 ? 0 : from + (this.#prng.below(1000) / 1000) * (to - from);
  }
}

/** Notes which message each encoding is of, so that the transport can tell when it leaves. */
function remember<Message>(
  codec: MessageCodec<Message>,
  messages: WeakMap<Uint8Array, Message>,
): MessageCodec<Message> {
  return {
    encode: (message) => {
      const parts = codec.encode(message);
      if (parts[0] !== undefined) messages.set(parts[0], message);
      return parts;
    },
    decode: (bytes) => codec.decode(bytes),
  };
}

function describeFailure(error: QuorateError): string {
  const { cause } = error;
  return cause instanceof Error ? `${error.message}\n${cause.stack ?? ""}` : error.message;
}
