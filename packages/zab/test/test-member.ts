import {
  appendRun,
  type Effect,
  type EntryRun,
  type Instant,
  type NodeId,
  type ProtocolEvent,
  type Recovered,
  type SnapshotMeta,
  type Ticket,
} from "@quorate/core";
import { MemoryLog } from "@quorate/core/memory";
import { encodeEpochs } from "../src/epochs.ts";
import { decodeEpochs, Zab, type Epochs, type ZabMessage, type ZabOptions } from "../src/index.ts";

export type ZabEffect = Effect<ZabMessage>;
export type ZabEvent = ProtocolEvent<ZabMessage>;

/** The state of the service under test: the commands that it applied. */
export interface StoredSnapshot {
  readonly meta: SnapshotMeta;
  readonly state: readonly string[];
}

/** What a process leaves behind. */
export class TestDisk {
  readonly log: MemoryLog = new MemoryLog();
  snapshot: StoredSnapshot | null = null;

  get epochs(): Epochs {
    const { hardState } = this.log;
    return hardState === null ? { accepted: 0, current: 0 } : decodeEpochs(hardState);
  }

  get commands(): readonly string[] {
    return textsOf(this.log.entries);
  }

  get recovered(): Recovered {
    const { hardState, entries } = this.log;
    return { hardState, snapshot: this.snapshot?.meta ?? null, tail: entries };
  }
}

/** Where a member's effects lead: the rest of the world. */
export interface World {
  /** The time now. */
  at(): Instant;
  post(from: NodeId, to: NodeId, message: ZabMessage): void;
  /** The newest snapshot goes to the peer. */
  stream(from: NodeId, to: NodeId, snapshot: StoredSnapshot): void;
  /** A snapshot that was received. */
  received(handle: string): StoredSnapshot;
}

/**
 * One process life: the protocol, its disk, and what its service was told. The disk answers at once
 * unless it is stalled; then requests to it wait, in their order, with all that waits for them.
 */
export class TestMember {
  readonly zab: Zab;
  readonly disk: TestDisk;
  readonly effects: ZabEffect[] = [];
  /** What was sent and has left: what waits for the disk is not here. */
  readonly sent: { readonly to: NodeId; readonly message: ZabMessage }[] = [];
  applied: string[];
  diskStalled = false;
  /** While set, entries asked for from the disk do not come. */
  loadsHeld = false;
  readonly loads: Extract<ZabEffect, { kind: "loadEntries" }>[] = [];
  /** Stopped, as by SIGSTOP: events wait. */
  stopped = false;
  readonly inbox: ZabEvent[] = [];
  readonly #id: NodeId;
  readonly #world: World;
  #requests: (() => void)[] = [];
  #installing = false;
  readonly #open = new Set<Ticket>();
  #gated: { readonly after: Ticket; readonly to: NodeId; readonly message: ZabMessage }[] = [];

  constructor(options: Omit<ZabOptions, "recovered">, disk: TestDisk, world: World) {
    this.#id = options.self;
    this.#world = world;
    this.disk = disk;
    this.applied = [...(disk.snapshot?.state ?? [])];
    this.zab = new Zab({ ...options, recovered: disk.recovered });
  }

  all<K extends ZabEffect["kind"]>(kind: K): Extract<ZabEffect, { kind: K }>[] {
    return this.effects.filter((e): e is Extract<ZabEffect, { kind: K }> => e.kind === kind);
  }

  /** What was sent to the peer, by kind. */
  sentTo<K extends ZabMessage["kind"]>(to: NodeId, kind: K): Extract<ZabMessage, { kind: K }>[] {
    return this.sent
      .filter((letter) => letter.to === to)
      .map((letter) => letter.message)
      .filter((m): m is Extract<ZabMessage, { kind: K }> => m.kind === kind);
  }

  /** Steps events as one turn. */
  step(...events: readonly ZabEvent[]): void {
    if (this.stopped) {
      this.inbox.push(...events);
      return;
    }
    for (const event of events) this.zab.step(event, this.#world.at());
    this.#honour();
  }

  /** Goes on after a stop, with what came meanwhile. */
  resume(): void {
    this.stopped = false;
    for (const event of this.inbox.splice(0)) this.step(event);
  }

  /** Lets the disk do so many of its requests, or all of them and end the stall. */
  releaseDisk(count: number | null = null): void {
    if (count === null) this.diskStalled = false;
    for (const request of this.#requests.splice(0, count ?? Infinity)) request();
    this.#honour();
  }

  /** Lets entries come that were asked for. */
  releaseLoads(): void {
    this.loadsHeld = false;
    for (const load of this.loads.splice(0)) this.#load(load);
    this.#honour();
  }

  #honour(): void {
    for (let turns = 0; turns < 1000; turns++) {
      const effects = this.zab.takeEffects();
      if (effects.length === 0) return;
      this.effects.push(...effects);
      for (const effect of effects) this.#perform(effect);
    }
    throw new Error("the member never comes to rest");
  }

  #perform(effect: ZabEffect): void {
    switch (effect.kind) {
      case "persist":
        this.#request(effect.ticket, () => {
          this.disk.log.persist(effect);
          this.#durable(effect.ticket);
          this.zab.step({ kind: "persisted", ticket: effect.ticket }, this.#world.at());
        });
        return;
      case "installSnapshot":
        this.#installing = true;
        this.#request(effect.ticket, () => {
          const snapshot = this.#world.received(effect.handle);
          this.disk.snapshot = snapshot;
          this.disk.log.reset(effect.meta.position);
          this.applied = [...snapshot.state];
          this.#installing = false;
          this.#durable(effect.ticket);
          this.zab.step({ kind: "snapshotInstalled", ticket: effect.ticket }, this.#world.at());
        });
        return;
      case "takeSnapshot": {
        const snapshot = { meta: effect.meta, state: [...this.applied] };
        this.#request(null, () => {
          this.disk.snapshot = snapshot;
          this.zab.step({ kind: "snapshotTaken", meta: effect.meta }, this.#world.at());
        });
        return;
      }
      case "send":
        this.#send(effect.to, effect.message, effect.after);
        return;
      case "apply":
        if (this.#installing) throw new Error("entries are applied while a snapshot is installed");
        this.applied.push(...textsOf(effect.entries));
        this.zab.step(
          { kind: "applied", through: effect.entries.at(-1)?.index ?? 0 },
          this.#world.at(),
        );
        return;
      case "loadEntries":
        if (this.loadsHeld) this.loads.push(effect);
        else this.#load(effect);
        return;
      case "trimLog":
        this.disk.log.trim(effect.through);
        return;
      case "streamSnapshot":
        if (this.disk.snapshot !== null) {
          this.#world.stream(this.#id, effect.to, this.disk.snapshot);
        } else {
          const { to } = effect;
          this.zab.step({ kind: "snapshotSent", to, delivered: false }, this.#world.at());
        }
        return;
      case "discardSnapshot":
      case "proposalAppended":
      case "proposalRejected":
      case "proposalLost":
      case "termSettled":
      case "readReady":
      case "readFailed":
      case "leadershipChanged":
      case "configurationChanged":
      case "trace":
        return;
    }
  }

  #load({ first, last, bytesMax }: Extract<ZabEffect, { kind: "loadEntries" }>): void {
    const run = this.disk.log.read(first, last, bytesMax);
    this.zab.step({ kind: "entriesLoaded", first, run }, this.#world.at());
  }

  #request(ticket: Ticket | null, action: () => void): void {
    if (ticket !== null) this.#open.add(ticket);
    if (this.diskStalled) this.#requests.push(action);
    else action();
  }

  #send(to: NodeId, message: ZabMessage, after: Ticket | null): void {
    if (after !== null && this.#open.has(after)) {
      this.#gated.push({ after, to, message });
      return;
    }
    this.sent.push({ to, message });
    this.#world.post(this.#id, to, message);
  }

  #durable(ticket: Ticket): void {
    this.#open.delete(ticket);
    const ready = this.#gated.filter(({ after }) => after === ticket);
    this.#gated = this.#gated.filter(({ after }) => after !== ticket);
    for (const { to, message } of ready) this.#send(to, message, null);
  }
}

/** A disk on which these commands of one epoch lie, from place 1 on. */
export function diskWith(epochs: Epochs, term: number, ...texts: readonly string[]): TestDisk {
  const disk = new TestDisk();
  disk.log.persist({
    kind: "persist",
    ticket: 1,
    hardState: encodeEpochs(epochs),
    truncateFrom: null,
    run: runOf(term, 1, ...texts),
  });
  return disk;
}

/** What a run or a log says, without what is not a command. */
export function textsOf(entries: readonly { kind: string; data: Uint8Array }[]): string[] {
  return entries
    .filter((entry) => entry.kind === "command")
    .map((entry) => new TextDecoder().decode(entry.data));
}

/** Commands with consecutive places from `first` on. */
export function runOf(term: number, first: number, ...texts: readonly string[]): EntryRun {
  const drafts = texts.map((text) => {
    return { kind: "command" as const, data: new TextEncoder().encode(text) };
  });
  return appendRun(drafts, { first, term, time: 0 });
}
