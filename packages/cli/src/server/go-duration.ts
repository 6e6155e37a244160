const UNIT_MILLIS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "\u00b5s": 1e-3, // micro sign
  "\u03bcs": 1e-3, // Greek letter mu
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;

/** Reads a duration as Go writes it, such as `1h30m` or `1.5s`, as milliseconds; null for anything else. */
export function parseGoDuration(text: string): number | null {
  if (text === "0") return 0;
  let millis = 0;
  let at = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (match === null) return null;
    millis += Number(match[1]) * (UNIT_MILLIS[match[2] ?? ""] ?? Number.NaN);
    at = PART.lastIndex;
  }
  return at === 0 ? null : millis;
}
