import { isVoter } from "@quorate/core";
import type { AlarmKind } from "../codec/index.ts";
import { toEtcdFailure } from "../error-map.ts";
import type { EtcdMember } from "./etcd-member.ts";

/** An alarm by the name that etcd gives it. */
export type AlarmName = "NOSPACE" | "CORRUPT";

export function alarmName(kind: AlarmKind): AlarmName {
  return kind === "noSpace" ? "NOSPACE" : "CORRUPT";
}

/** What the checks ask of the member. */
export interface HealthProbe {
  readonly hasLeader: () => boolean;
  readonly isLearner: () => boolean;
  readonly alarms: () => readonly AlarmName[];
  /** Resolves to null when a linearizable read went through, or else to the text of its failure. */
  readonly readLinearizable: () => Promise<string | null>;
}

export function healthProbe({ requests, machine, self }: EtcdMember): HealthProbe {
  return {
    hasLeader: () => requests.view().leader !== null,
    isLearner: () => !isVoter(requests.view().configurations.latest, self),
    alarms: () => [...machine.alarms].map(({ kind }) => alarmName(kind)),
    readLinearizable: () =>
      new Promise((done) =>
        requests.readLinearizable((failure) =>
          done(failure === null ? null : toEtcdFailure(failure).message),
        ),
      ),
  };
}

/** The endpoints that are made of checks. */
export type CheckedEndpoint = "livez" | "readyz";

interface Check {
  readonly name: string;
  /** Resolves to null when all is well, or else to why it is not. */
  readonly run: (probe: HealthProbe) => Promise<string | null>;
}

/** A member can always read its own state, as long as it answers at all. */
const SERIALIZABLE_READ: Check = { name: "serializable_read", run: () => Promise.resolve(null) };

/** What each endpoint checks, in the order in which it is told. */
const CHECKS: Readonly<Record<CheckedEndpoint, readonly Check[]>> = {
  livez: [SERIALIZABLE_READ],
  readyz: [
    {
      name: "data_corruption",
      run: async ({ alarms }) => (alarms().includes("CORRUPT") ? "alarm activated: CORRUPT" : null),
    },
    SERIALIZABLE_READ,
    { name: "linearizable_read", run: ({ readLinearizable }) => readLinearizable() },
    {
      name: "non_learner",
      run: async ({ isLearner }) => (isLearner() ? "not supported for learner" : null),
    },
  ],
};

/** The names of what the endpoint checks. */
export function checkNames(endpoint: CheckedEndpoint): readonly string[] {
  return CHECKS[endpoint].map(({ name }) => name);
}

/** What came of some checks: a line for each. */
export interface CheckReport {
  readonly passed: boolean;
  readonly lines: readonly string[];
}

/** How often a check came out so and so. */
export interface CheckCounts {
  readonly endpoint: CheckedEndpoint;
  readonly name: string;
  passed: number;
  failed: number;
  /** The last time. */
  isPassing: boolean;
}

/** Says whether a member is well, and remembers how often it was. */
export class HealthChecks {
  readonly #probe: HealthProbe;
  readonly #checks = new Map<string, CheckCounts>();
  /** Of {@link health}. */
  readonly counts: { passed: number; failed: number } = { passed: 0, failed: 0 };

  constructor(probe: HealthProbe) {
    this.#probe = probe;
  }

  /** Of every check that was ever made. */
  get checks(): Iterable<CheckCounts> {
    return this.#checks.values();
  }

  async run(endpoint: CheckedEndpoint, names: readonly string[]): Promise<CheckReport> {
    const checks = CHECKS[endpoint].filter(({ name }) => names.includes(name));
    const outcomes = await Promise.all(checks.map(({ run }) => run(this.#probe)));
    const lines = checks.map(({ name }, i) => {
      const why = outcomes[i] ?? null;
      this.#remember(endpoint, name, why === null);
      return why === null ? `[+]${name} ok` : `[-]${name} failed: ${why}`;
    });
    return { passed: outcomes.every((why) => why === null), lines };
  }

  /**
   * Resolves to null when all is well, or else to why it is not.
   *
   * @param excluded - alarms that do not count
   * @param serializable - asks this member alone, whatever becomes of the others
   */
  async health(excluded: ReadonlySet<string>, serializable: boolean): Promise<string | null> {
    const reason = await this.#unwell(excluded, serializable);
    if (reason === null) this.counts.passed++;
    else this.counts.failed++;
    return reason;
  }

  async #unwell(excluded: ReadonlySet<string>, serializable: boolean): Promise<string | null> {
    const { alarms, hasLeader, readLinearizable } = this.#probe;
    const alarm = alarms().find((name) => !excluded.has(name));
    if (alarm !== undefined) return `ALARM ${alarm}`;
    if (serializable) return null;
    if (!hasLeader()) return "RAFT NO LEADER";
    const failure = await readLinearizable();
    return failure === null ? null : `RANGE ERROR:${failure}`;
  }

  #remember(endpoint: CheckedEndpoint, name: string, isPassing: boolean): void {
    const key = `${endpoint}/${name}`;
    const counts = this.#checks.get(key) ?? { endpoint, name, passed: 0, failed: 0, isPassing };
    this.#checks.set(key, counts);
    counts.isPassing = isPassing;
    if (isPassing) counts.passed++;
    else counts.failed++;
  }
}
