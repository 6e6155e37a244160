const UNIT_MILLIS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** The milliseconds of a `grpc-timeout` header, or null when it is malformed. */
export function parseTimeout(value: string): number | null {
  if (!/^\d{1,8}[HMSmun]$/.test(value)) return null;
  return Number(value.slice(0, -1)) * (UNIT_MILLIS[value.slice(-1)] ?? 0);
}
