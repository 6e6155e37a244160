import type { Histogram } from "./histogram.ts";
import type { Summary } from "./summary.ts";

/** Label values by name, in the order in which they are written. */
export type Labels = Readonly<Record<string, string>>;

/** One number of a family. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One distribution of a family. */
export interface Distribution {
  readonly labels: Labels;
  readonly histogram: Histogram;
}

/** A metric, as it is at the moment of a scrape. One of which there is nothing to tell is left out. */
export type Family =
  | {
      readonly kind: "counter" | "gauge";
      readonly name: string;
      readonly help: string;
      readonly samples: readonly Sample[];
    }
  | {
      readonly kind: "histogram";
      readonly name: string;
      readonly help: string;
      readonly distributions: readonly Distribution[];
    }
  | {
      readonly kind: "summary";
      readonly name: string;
      readonly help: string;
      readonly summary: Summary;
    };

const NO_LABELS: Labels = {};

/** What only grows while the process lives. */
export function counter(name: string, help: string, value: number | readonly Sample[]): Family {
  return { kind: "counter", name, help, samples: samplesOf(value) };
}

export function gauge(name: string, help: string, value: number | readonly Sample[]): Family {
  return { kind: "gauge", name, help, samples: samplesOf(value) };
}

export function histogram(
  name: string,
  help: string,
  value: Histogram | readonly Distribution[],
): Family {
  const distributions = "observe" in value ? [{ labels: NO_LABELS, histogram: value }] : value;
  return { kind: "histogram", name, help, distributions };
}

export function summary(name: string, help: string, value: Summary): Family {
  return { kind: "summary", name, help, summary: value };
}

function samplesOf(value: number | readonly Sample[]): readonly Sample[] {
  return typeof value === "number" ? [{ labels: NO_LABELS, value }] : value;
}
