import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { DevOutput } from "./dev-output.ts";
import type { DevServiceName } from "./dev-service-name.ts";
import { seatsOf, writeDevState, type DevMember, type DevState } from "./dev-state.ts";
import { memberCommand } from "./member-command.ts";
import { MemberProcess, type MemberExit } from "./member-process.ts";
import { servicesOf } from "./services.ts";

/** Long enough to see that the others go on, short enough to watch the return. */
const RESTART_AFTER_MS = 2_000;
/** A member that lives shorter than this after a start will most likely fail again. */
const SHORT_LIFE_MS = 10_000;
const SHORT_LIVES_MAX = 3;
const STOP_ALLOWED_MS = 8_000;
const READY_WITHIN_MS = 60_000;
const READY_POLL_MS = 50;

/** How a development cluster is run. */
export interface DevOptions {
  /** How to start this program: node, its options, and the script. */
  readonly self: readonly string[];
  readonly dataDir: string;
  readonly restart: boolean;
  readonly stop: AbortSignal;
}

/** By service; null where nobody leads. */
export type DevLeaders = Readonly<Partial<Record<DevServiceName, string | null>>>;

/** Members on this machine, each its own process, supervised until asked to stop. */
export class DevCluster {
  readonly #options: DevOptions;
  readonly #output: DevOutput;
  readonly #processes = new Map<string, MemberProcess>();
  readonly #shortLives = new Map<string, number>();
  /** Settled when nothing runs any more and nothing will be started again. */
  readonly #allDown: Promise<void>;
  #reportAllDown: () => void = () => undefined;
  readonly #restarts = new Set<NodeJS.Timeout>();
  #state: DevState;

  constructor(state: DevState, options: DevOptions, output: DevOutput) {
    this.#state = { ...state, supervisor: process.pid };
    this.#options = options;
    this.#output = output;
    this.#allDown = new Promise((resolve) => {
      this.#reportAllDown = resolve;
    });
  }

  get members(): readonly DevMember[] {
    return this.#state.members;
  }

  /**
   * Starts every member and waits until each serves.
   *
   * @throws `CliError` when one dies before, or when it takes too long
   */
  async start(): Promise<void> {
    for (const member of this.#state.members) this.#launch(member);
    const deadline = performance.now() + READY_WITHIN_MS;
    for (const member of this.#state.members) await this.#ready(member, deadline);
  }

  /** The name of the member that leads each service, as far as any of them knows. */
  async leaders(): Promise<DevLeaders> {
    const leaders: Partial<Record<DevServiceName, string | null>> = {};
    for (const service of servicesOf(this.#state)) {
      leaders[service.name] = null;
      for (const seat of seatsOf(this.#state, service.name)) {
        if (await service.leads(seat)) leaders[service.name] = seat.name;
      }
    }
    return leaders;
  }

  /** Resolves when asked to stop, or when no member is left. */
  async supervise(): Promise<void> {
    const asked = new Promise<void>((resolve) => {
      this.#options.stop.addEventListener("abort", () => resolve(), { once: true });
      if (this.#options.stop.aborted) resolve();
    });
    await Promise.race([asked, this.#allDown]);
  }

  /** Stops every member that still runs. */
  async stop(): Promise<void> {
    for (const timer of this.#restarts) clearTimeout(timer);
    await Promise.all([...this.#processes.values()].map((member) => member.stop(STOP_ALLOWED_MS)));
    this.#state = { ...this.#state, supervisor: null };
    writeDevState(this.#options.dataDir, this.#state);
  }

  #launch(member: DevMember): void {
    const { dataDir, self } = this.#options;
    mkdirSync(dataDir, { recursive: true });
    const command = [...self, ...memberCommand(member, this.#state, dataDir)];
    const logFile = join(dataDir, `${member.name}.log`);
    const child = new MemberProcess(command, logFile, {
      line: (text) => this.#output.memberLine(this.#state.members, member.name, text),
      exit: (exit) => this.#onExit(member.name, exit),
    });
    this.#processes.set(member.name, child);
    this.#remember(member.name, child.pid);
  }

  #remember(name: string, pid: number | null): void {
    const members = this.#state.members.map((member) =>
      member.name === name ? { ...member, pid } : member,
    );
    this.#state = { ...this.#state, members };
    writeDevState(this.#options.dataDir, this.#state);
  }

  #onExit(name: string, exit: MemberExit): void {
    const lastLines = this.#processes.get(name)?.lastLines ?? [];
    this.#processes.delete(name);
    this.#remember(name, null);
    if (this.#options.stop.aborted) return;
    const how = exit.signal
      ? `was killed (${exit.signal})`
      : `exited with code ${exit.code ?? "?"}`;
    const again = this.#mayRestart(name, exit);
    const next = again
      ? `it is started again in ${RESTART_AFTER_MS / 1000} s`
      : "it stays down, the others go on; start `quorate dev` anew to bring it back";
    this.#output.event("member-down", `${name} ${how}; ${next}`, {
      member: name,
      ...exit,
      restart: again,
    });
    if (again) this.#restartLater(name);
    else this.#showLastLines(name, lastLines);
    this.#checkAllDown();
  }

  #showLastLines(name: string, lines: readonly string[]): void {
    const text = [`the last lines of ${join(this.#options.dataDir, `${name}.log`)}:`, ...lines];
    this.#output.event("last-lines", text.join("\n  "), { member: name });
  }

  /** A member that was killed comes back; one that ended by itself would do so again. */
  #mayRestart(name: string, { signal, livedMs }: MemberExit): boolean {
    if (!this.#options.restart || signal === null) return false;
    const lives = livedMs < SHORT_LIFE_MS ? (this.#shortLives.get(name) ?? 0) + 1 : 0;
    this.#shortLives.set(name, lives);
    return lives < SHORT_LIVES_MAX;
  }

  #restartLater(name: string): void {
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      const member = this.#state.members.find((candidate) => candidate.name === name);
      if (!member) return;
      this.#launch(member);
      this.#output.event("member-started", `${name} is started again`, { member: name });
    }, RESTART_AFTER_MS);
    this.#restarts.add(timer);
  }

  #checkAllDown(): void {
    if (this.#processes.size === 0 && this.#restarts.size === 0) this.#reportAllDown();
  }

  async #ready(member: DevMember, deadline: number): Promise<void> {
    const { stop } = this.#options;
    const { name } = member;
    while (!stop.aborted) {
      if (!this.#processes.has(name)) throw new CliError(EXIT.stopped, `${name} did not start`);
      if (await this.#serves(member)) return;
      if (performance.now() > deadline) throw this.#tooLate(name);
      await pause(READY_POLL_MS);
    }
  }

  async #serves({ name }: DevMember): Promise<boolean> {
    for (const service of servicesOf(this.#state)) {
      const seat = seatsOf(this.#state, service.name).find((each) => each.name === name);
      if (seat && !(await service.isReady(seat))) return false;
    }
    return true;
  }

  #tooLate(name: string): CliError {
    const log = join(this.#options.dataDir, `${name}.log`);
    return new CliError(
      EXIT.unavailable,
      `${name} is not ready after ${READY_WITHIN_MS / 1000} s: see ${log}`,
    );
  }
}
