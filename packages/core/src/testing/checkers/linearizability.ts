/** One operation on one register, as its client saw it. Every write has a value of its own. */
export interface RegisterOperation {
  readonly kind: "read" | "write";
  /** What was written or read; null is the register before its first write. */
  readonly value: number | null;
  /** When it was asked for; no two times of a history are equal. */
  readonly invoked: number;
  /** When it was answered; `Infinity` for a write of which nobody knows whether it happened. */
  readonly returned: number;
}

/** The time in which a register must hold, or may hold at any one moment, a value. */
interface Zone {
  readonly value: number | null;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether one order of the operations explains what every client saw, each operation taking effect
 * between its call and its answer. Because values are unique it is known which write a read saw, and
 * no search is needed (Gibbons & Korach, "Testing shared memories", 1997): a value seen after it was
 * certainly there occupies a zone; such zones must not overlap, and no value whose whole life fits
 * inside another's zone can have been there.
 *
 * @returns null, or why not
 */
export function checkRegisterHistory(operations: readonly RegisterOperation[]): string | null {
  const byValue = new Map<number | null, RegisterOperation[]>();
  byValue.set(null, [{ kind: "write", value: null, invoked: -Infinity, returned: -Infinity }]);
  for (const operation of operations) {
    const same = byValue.get(operation.value);
    if (same === undefined) byValue.set(operation.value, [operation]);
    else same.push(operation);
  }
  const held: Zone[] = [];
  const momentary: Zone[] = [];
  for (const [value, same] of byValue) {
    const impossible = readBeforeWrite(value, same);
    if (impossible !== null) return impossible;
    const answered = Math.min(...same.map((operation) => operation.returned));
    const asked = Math.max(...same.map((operation) => operation.invoked));
    // A write of unknown outcome that nobody saw need not have happened.
    if (answered === Infinity) continue;
    if (answered < asked) held.push({ value, from: answered, to: asked });
    else momentary.push({ value, from: asked, to: answered });
  }
  return overlap(held) ?? contained(held, momentary);
}

function readBeforeWrite(value: number | null, same: readonly RegisterOperation[]): string | null {
  const write = same.find((operation) => operation.kind === "write");
  if (write === undefined) return `${String(value)} was read and never written`;
  const early = same.find((operation) => operation.returned < write.invoked);
  return early === undefined ? null : `${String(value)} was read before it was written`;
}

/** Sorts the zones by where they begin. */
function overlap(held: Zone[]): string | null {
  held.sort((a, b) => a.from - b.from);
  for (const [i, zone] of held.entries()) {
    const next = held[i + 1];
    if (next !== undefined && next.from < zone.to) {
      return `${String(zone.value)} was still there after ${String(next.value)} had replaced it`;
    }
  }
  return null;
}

function contained(held: readonly Zone[], momentary: readonly Zone[]): string | null {
  for (const { value, from, to } of momentary) {
    // Zones are disjoint and sorted: only the last that begins before can contain it.
    let low = 0;
    let high = held.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((held[middle]?.from ?? Infinity) < from) low = middle + 1;
      else high = middle;
    }
    const zone = held[low - 1];
    if (zone !== undefined && to < zone.to) {
      return `${String(value)} came and went while ${String(zone.value)} was there`;
    }
  }
  return null;
}
