/** A family as a scraper reads it. */
export interface ScrapedFamily {
  readonly help: string;
  readonly kind: string;
  /** By name and labels, as they are written. */
  readonly samples: ReadonlyMap<string, number>;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const VALUE = /^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf)$|^NaN$/;

/**
 * Reads Prometheus's text format, and is stricter than it: every family is told once, with HELP, TYPE
 * and at least one sample, no sample is told twice, and the buckets of a histogram are whole.
 *
 * @throws naming the line that is wrong
 */
export function parseScrape(text: string): ReadonlyMap<string, ScrapedFamily> {
  if (text === "") return new Map();
  if (!text.endsWith("\n")) throw new Error("the last line is not ended");
  const lines = text.slice(0, -1).split("\n");
  const families = new Map<string, ScrapedFamily>();
  for (let at = 0; at < lines.length;) {
    const [, name = "", help = ""] = match(lines[at++], /^# HELP (\S+) (\S.*)$/);
    const [, typed, kind = ""] = match(
      lines[at++],
      /^# TYPE (\S+) (counter|gauge|histogram|summary)$/,
    );
    if (!METRIC_NAME.test(name) || typed !== name) throw new Error(`a family named ${name}`);
    if (families.has(name)) throw new Error(`${name} is told twice`);
    const samples = new Map<string, number>();
    for (; at < lines.length && !lines[at]?.startsWith("#"); at++) {
      const sample = parseSample(lines[at] ?? "");
      if (samples.has(sample.id)) throw new Error(`${sample.id} is told twice`);
      checkName(name, kind, sample);
      samples.set(sample.id, sample.value);
    }
    if (samples.size === 0) throw new Error(`${name} has no sample`);
    if (kind === "histogram") checkBuckets(name, samples);
    if (kind === "summary") checkQuantiles(name, samples);
    families.set(name, { help, kind, samples });
  }
  return families;
}

interface ScrapedSample {
  readonly id: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

function parseSample(line: string): ScrapedSample {
  const [, id = "", name = "", , inner = "", value = ""] = match(
    line,
    /^(([^\s{}]+)(\{(.*)\})?) (\S+)$/,
  );
  if (!METRIC_NAME.test(name) || !VALUE.test(value)) throw new Error(`no sample: ${line}`);
  return { id, name, labels: parseLabels(inner), value: Number(value.replace("Inf", "Infinity")) };
}

function parseLabels(text: string): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  for (let rest = text; rest !== "";) {
    const [whole, name = "", value = ""] = match(
      rest,
      /^([^=]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/,
    );
    if (!LABEL_NAME.test(name) || name.startsWith("__")) throw new Error(`a label named ${name}`);
    if (labels.has(name)) throw new Error(`label ${name} is given twice`);
    labels.set(name, value);
    rest = rest.slice(whole.length);
  }
  return labels;
}

const SUFFIXES: ReadonlyMap<string, readonly string[]> = new Map([
  ["histogram", ["_bucket", "_sum", "_count"]],
  ["summary", ["", "_sum", "_count"]],
]);

function checkName(family: string, kind: string, { name, labels, value, id }: ScrapedSample): void {
  const suffix = name.slice(family.length);
  const allowed = SUFFIXES.get(kind) ?? [""];
  if (!name.startsWith(family) || !allowed.includes(suffix)) {
    throw new Error(`${id} is no sample of ${family}`);
  }
  if (labels.has("le") !== (suffix === "_bucket")) throw new Error(`${id}: le belongs to buckets`);
  if (labels.has("quantile") !== (kind === "summary" && suffix === "")) {
    throw new Error(`${id}: quantile belongs to the values of a summary`);
  }
  if (kind === "counter" && !(value >= 0)) throw new Error(`${id}: a counter of ${value}`);
}

/** Bounds ascend, counts do not fall, the last bucket has no bound and is the count. */
function checkBuckets(name: string, samples: ReadonlyMap<string, number>): void {
  let bound = -Infinity;
  let count = 0;
  for (const [id, value] of samples) {
    if (id.startsWith(`${name}_bucket`)) {
      const [, text = ""] = match(id, /le="([^"]+)"\}$/);
      const next = Number(text.replace("+Inf", "Infinity"));
      if (!(next > bound) || value < count) throw new Error(`${id} does not follow its bucket`);
      [bound, count] = [next, value];
    } else if (id.startsWith(`${name}_count`)) {
      if (bound !== Infinity || value !== count) throw new Error(`${id} is not what it counts`);
      [bound, count] = [-Infinity, 0];
    }
  }
  if (bound !== -Infinity) throw new Error(`${name} ends without a count`);
}

/** Quantiles ascend, values do not fall, and sum and count are there. */
function checkQuantiles(name: string, samples: ReadonlyMap<string, number>): void {
  let [quantile, least] = [-Infinity, -Infinity];
  for (const [id, value] of samples) {
    if (!id.startsWith(`${name}{`)) continue;
    const [, text = ""] = match(id, /quantile="([^"]+)"\}$/);
    if (!(Number(text) > quantile) || value < least) throw new Error(`${id} does not follow`);
    [quantile, least] = [Number(text), value];
  }
  if (!samples.has(`${name}_sum`) || !samples.has(`${name}_count`)) {
    throw new Error(`${name} has no sum or no count`);
  }
}

function match(text: string | undefined, pattern: RegExp): RegExpExecArray {
  const found = pattern.exec(text ?? "");
  if (found === null) throw new Error(`not ${pattern.source}: ${text ?? "the end"}`);
  return found;
}
