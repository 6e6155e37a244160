import { createColors } from "picocolors";
import type { Terminal } from "../terminal/terminal.ts";
import type { ZooKeeperError } from "./zookeeper-error.ts";

/** What becomes of the changes that are made while a session is with no server. */
export interface Meanwhile {
  readonly told: "no" | "as one event";
  readonly text: string;
}

/**
 * Says what becomes of a session that is kept: to a person on standard error, to a program as objects
 * among the others.
 */
export class SessionReport {
  readonly #terminal: Pick<Terminal, "out" | "err">;
  readonly #json: boolean;
  readonly #meanwhile: Meanwhile | null;
  #lostAt = 0;

  constructor(
    terminal: Pick<Terminal, "out" | "err">,
    json: boolean,
    meanwhile: Meanwhile | null = null,
  ) {
    this.#terminal = terminal;
    this.#json = json;
    this.#meanwhile = meanwhile;
  }

  lost({ message }: ZooKeeperError): void {
    this.#lostAt = performance.now();
    this.say("lost", `${message}: asking for the session elsewhere`, { why: message });
  }

  resumed(endpoint: string): void {
    const awayMs = Math.round(performance.now() - this.#lostAt);
    const goesOn = `the session goes on at ${endpoint}, after ${(awayMs / 1000).toFixed(1)} s`;
    const meanwhile = this.#meanwhile;
    this.say("resumed", meanwhile ? `${goesOn}; ${meanwhile.text}` : goesOn, {
      endpoint,
      away_ms: awayMs,
      ...(meanwhile && { changes_told: meanwhile.told }),
    });
  }

  say(event: string, text: string, fields: Readonly<Record<string, unknown>>): void {
    const { out, err } = this.#terminal;
    const { dim } = createColors(err.colours);
    if (this.#json) out.write(`${JSON.stringify({ event, ...fields })}\n`);
    else err.write(`${dim(text)}\n`);
  }
}
