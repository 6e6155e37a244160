import type { Output, Terminal } from "../src/terminal/terminal.ts";

/** A terminal that keeps what is written, for `run` in this very process. */
export interface FakeTerminal extends Terminal {
  readonly stdout: () => string;
  readonly stderr: () => string;
}

export interface FakeTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Piped in; without it, a person sits at the input. */
  readonly input?: string;
  readonly stop?: AbortSignal;
  readonly isTerminal?: boolean;
  readonly colours?: boolean;
}

export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const { isTerminal = false, colours = false } = options;
  const written = { out: "", err: "" };
  const output = (to: "out" | "err"): Output => ({
    write(chunk) {
      written[to] += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    },
    isTerminal,
    colours,
    columns: 100,
  });
  return {
    out: output("out"),
    err: output("err"),
    env: options.env ?? {},
    readInput: async () => {
      if (options.input === undefined) throw new Error("nobody types anything");
      return Buffer.from(options.input);
    },
    inputIsTerminal: options.input === undefined,
    stop: options.stop ?? new AbortController().signal,
    self: [],
    stdout: () => written.out,
    stderr: () => written.err,
  };
}
