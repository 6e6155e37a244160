import { createColors } from "picocolors";
import type { Terminal } from "../terminal/terminal.ts";
import type { SeedResult } from "./seed-result.ts";
import { flagOf, type Simulated } from "./simulated.ts";
import type { Totals } from "./totals.ts";

const PROGRESS_EVERY_MS = 200;

/** What `quorate simulate` says: a line that counts on terminals, every violation, the totals. */
export class SimulateOutput {
  readonly #terminal: Terminal;
  readonly #simulated: Simulated;
  readonly #count: number;
  readonly #json: boolean;
  readonly #startedAt = performance.now();
  #done = 0;
  #violations = 0;
  #progressAt = 0;

  constructor(terminal: Terminal, simulated: Simulated, count: number, json: boolean) {
    this.#terminal = terminal;
    this.#simulated = simulated;
    this.#count = count;
    this.#json = json;
  }

  result(result: SeedResult): void {
    this.#done++;
    this.#violations += result.violations.length;
    if (this.#json) this.#terminal.out.write(`${JSON.stringify(result)}\n`);
    else if (result.violations.length > 0) this.#violation(result);
    this.#progress();
  }

  totals(totals: Totals): void {
    this.#clearProgress();
    const { out } = this.#terminal;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const { kind, name } = this.#simulated;
    if (this.#json) {
      out.write(`${JSON.stringify({ totals: { [kind]: name, ...totals, seconds } })}\n`);
      return;
    }
    const { green, red, yellow } = createColors(out.colours);
    if (totals.tooQuiet.length > 0) {
      out.write(`${yellow("too quiet to count")}: seeds ${totals.tooQuiet.join(", ")}\n`);
    }
    const found = `${totals.violations} violation${totals.violations === 1 ? "" : "s"}`;
    const verdict = totals.violations === 0 ? green("no violation") : red(found);
    out.write(`${name}: ${verdict} in ${totals.seeds} of ${this.#count} seeds, ${seconds.toFixed(1)} s
  ${totals.virtualSeconds.toFixed(0)} virtual seconds, ${totals.steps} steps, ${totals.acknowledged} operations acknowledged
  ${totals.crashes} crashes, ${totals.leaders} leaders, ${totals.transfers} transfers, ${totals.checkpoints} snapshots taken, ${totals.installs} installed
  trace hash ${totals.traceHash}
`);
  }

  #violation({ seed, members, violations, states }: SeedResult): void {
    this.#clearProgress();
    const { red, bold } = createColors(this.#terminal.out.colours);
    const lines = [`${red("violation")} with seed ${seed} (${members} members)`];
    for (const { checker, what, time } of violations)
      lines.push(`  ${(time / 1000).toFixed(4)} s ${checker}: ${what}`);
    for (const state of states) lines.push(`  ${state}`);
    const replay = `npx quorate simulate ${flagOf(this.#simulated).join(" ")} --seed ${seed} --trace`;
    this.#terminal.out.write(`${lines.join("\n")}\n  replay: ${bold(replay)}\n`);
  }

  #progress(): void {
    const { err } = this.#terminal;
    const now = performance.now();
    if (!err.isTerminal || this.#json || now - this.#progressAt < PROGRESS_EVERY_MS) return;
    this.#progressAt = now;
    const seconds = ((now - this.#startedAt) / 1000).toFixed(0);
    err.write(
      `\r${this.#done} of ${this.#count} seeds, ${this.#violations} violations, ${seconds} s\u001b[K`,
    );
  }

  #clearProgress(): void {
    if (this.#progressAt > 0) this.#terminal.err.write("\r\u001b[K");
    this.#progressAt = 0;
  }
}
