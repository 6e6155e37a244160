import type { ReplicatedLog } from "@quorate/core";
import {
  encodeServerCommand,
  type ZooKeeperResult,
  type ZooKeeperStateMachine,
} from "../apply/index.ts";
import { isOver, pathOf, type Znode } from "../store/index.ts";

/** How nodes are looked for that have had their time; in ms. */
export interface ContainerSettings {
  /** Between two looks at all of them. */
  readonly checkIntervalMillis: number;
  /** Nodes that are deleted in a minute, so that they do not keep clients waiting. */
  readonly maxPerMinute: number;
  /** How old a container gets that never had a child; 0 for as old as it likes. */
  readonly maxNeverUsedMillis: number;
}

export const CONTAINER_SETTINGS: ContainerSettings = {
  checkIntervalMillis: 60_000,
  maxPerMinute: 10_000,
  maxNeverUsedMillis: 0,
};

/** What a manager needs of its server. */
export interface ContainerManagerOptions {
  readonly log: ReplicatedLog<ZooKeeperResult>;
  readonly machine: ZooKeeperStateMachine;
  readonly settings: ContainerSettings;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970, as the leader stamps entries with. */
  readonly wallNow: () => number;
}

/**
 * Has containers deleted whose children have gone, and nodes whose time to live is over. The leader
 * looks for them; whether one really goes is decided where the log has come to it.
 */
export class ContainerManager {
  readonly #options: ContainerManagerOptions;
  #due: Iterator<Znode> | null = null;
  #nextCheckAt: number;
  #lastTick: number;
  /** Nodes that may be deleted now, a fraction of one among them. */
  #allowance = 0;

  constructor(options: ContainerManagerOptions) {
    this.#options = options;
    this.#lastTick = options.now();
    this.#nextCheckAt = this.#lastTick + options.settings.checkIntervalMillis;
  }

  /** To be called twice a tick. */
  tick(): void {
    const { log, settings, now } = this.#options;
    const { checkIntervalMillis, maxPerMinute } = settings;
    const at = now();
    const earned = ((at - this.#lastTick) * maxPerMinute) / 60_000;
    this.#lastTick = at;
    // What was not used for a while is not saved up for one turn.
    this.#allowance = Math.max(1, Math.min(this.#allowance + earned, 2 * earned));
    if (at >= this.#nextCheckAt) {
      this.#nextCheckAt = at + checkIntervalMillis;
      this.#due = this.#find();
    }
    const { isLeader, term } = log.view();
    if (!isLeader) this.#due = null;
    while (this.#due !== null && this.#allowance >= 1) {
      const next = this.#due.next();
      if (next.done === true) this.#due = null;
      else {
        this.#allowance--;
        this.#reap(next.value, term);
      }
    }
  }

  #find(): Iterator<Znode> {
    const { machine, settings, wallNow } = this.#options;
    const time = wallNow();
    return [...machine.tree.reapable]
      .filter((node) => isOver(node, time, settings.maxNeverUsedMillis))
      .values();
  }

  #reap(node: Znode, term: number): void {
    const { log, settings } = this.#options;
    const neverUsedMillis = settings.maxNeverUsedMillis;
    const command = encodeServerCommand({ kind: "reapNode", path: pathOf(node), neverUsedMillis });
    // One that stays is found again.
    log.propose(command, () => {}, { onlyInTerm: term });
  }
}
