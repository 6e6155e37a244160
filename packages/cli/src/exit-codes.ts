/** What an exit code says. The README's table is this one; a test compares them. */
export interface ExitCodeMeaning {
  readonly code: number;
  readonly meaning: string;
}

/** Every way in which `quorate` ends, by name. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  unavailable: 3,
  data: 4,
  address: 5,
  stopped: 6,
  internal: 70,
  interrupted: 130,
} as const;

/** One of the codes that `quorate` ends with. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code means to a script. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, ExitCodeMeaning>> = {
  ok: { code: EXIT.ok, meaning: "done; a daemon: stopped as asked" },
  failed: {
    code: EXIT.failed,
    meaning: "the cluster refused the request, or a simulation found a violation",
  },
  usage: {
    code: EXIT.usage,
    meaning: "a flag, a variable, a configuration file or an argument is wrong",
  },
  unavailable: {
    code: EXIT.unavailable,
    meaning: "no endpoint answered in time, or there is no leader",
  },
  data: {
    code: EXIT.data,
    meaning:
      "a data directory or a snapshot cannot be used: foreign, newer, damaged, locked or full",
  },
  address: {
    code: EXIT.address,
    meaning: "an address cannot be listened on, such as a port in use",
  },
  stopped: {
    code: EXIT.stopped,
    meaning: "a member stopped itself while running, such as after a failed disk write",
  },
  internal: {
    code: EXIT.internal,
    meaning: "a bug in Quorate; run again with --verbose and report it",
  },
  interrupted: {
    code: EXIT.interrupted,
    meaning: "interrupted before it was done; a daemon: before it had stopped cleanly",
  },
};
