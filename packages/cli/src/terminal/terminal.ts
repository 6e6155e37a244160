/** Where text goes. */
export interface Output {
  write(chunk: string | Uint8Array): void;
  /** Whether a person watches. */
  readonly isTerminal: boolean;
  /** Whether escape sequences for colours are welcome. */
  readonly colours: boolean;
  /** Width in characters; 80 when unknown. */
  readonly columns: number;
}

/** Everything that a command touches of its process; tests bring their own. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** All of standard input, for values that are piped in. */
  readInput(): Promise<Uint8Array>;
  /** Whether a person would have to type it. */
  readonly inputIsTerminal: boolean;
  /** Aborted when the process is asked to stop (SIGINT, SIGTERM, or the end of its parent). */
  readonly stop: AbortSignal;
  /** The command that starts this very program again: node, its options, and the script. */
  readonly self: readonly string[];
}
