import type { Distribution, Family, Labels } from "./family.ts";
import type { Summary } from "./summary.ts";

/** What {@link expose} writes: Prometheus's text format. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Writes the families out, each with what it means and its kind. */
export function expose(families: readonly Family[]): string {
  let text = "";
  for (const family of families) {
    const lines = linesOf(family);
    if (lines === "") continue;
    const { name, kind } = family;
    text += `# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${kind}\n${lines}`;
  }
  return text;
}

function linesOf(family: Family): string {
  switch (family.kind) {
    case "histogram":
      return buckets(family);
    case "summary":
      return quantiles(family.name, family.summary);
    case "counter":
    case "gauge":
      return samples(family);
  }
}

function samples({ name, samples: all }: Extract<Family, { samples: unknown }>): string {
  let lines = "";
  for (const { labels, value } of all) lines += line(name, labelText(labels), value);
  return lines;
}

function buckets({ name, distributions }: Extract<Family, { kind: "histogram" }>): string {
  return distributions.map((distribution) => bucketsOf(name, distribution)).join("");
}

/** Each bucket counts what the lower ones do, too. */
function bucketsOf(name: string, { labels, histogram }: Distribution): string {
  const own = labelText(labels);
  const before = own === "" ? "" : `${own},`;
  let lines = "";
  let count = 0;
  for (const [i, inBucket] of histogram.counts.entries()) {
    count += inBucket;
    const bound = numberText(histogram.bounds[i] ?? Infinity);
    lines += line(`${name}_bucket`, `${before}le="${bound}"`, count);
  }
  return lines + line(`${name}_sum`, own, histogram.sum) + line(`${name}_count`, own, count);
}

function quantiles(name: string, summary: Summary): string {
  const { quantiles: asked, tally } = summary;
  const values = summary.valuesAt(asked);
  let lines = "";
  for (const [i, quantile] of asked.entries()) {
    lines += line(name, labelText({ quantile: String(quantile) }), values[i] ?? Number.NaN);
  }
  return lines + line(`${name}_sum`, "", tally.sum) + line(`${name}_count`, "", tally.count);
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === "" ? "" : `{${labels}}`} ${numberText(value)}\n`;
}

function labelText(labels: Labels): string {
  const texts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return texts.join();
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
