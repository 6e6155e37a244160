import type { RealEnsemble } from "../real-ensemble.ts";

/** Which server a client is at that says "at", and the port. */
export function serverAt(ensemble: RealEnsemble, line: string): number {
  const port = Number(/^at (\d+)$/.exec(line)?.[1]);
  const sid = ensemble.sids.find((each) => ensemble.endpoint(each).port === port);
  if (sid === undefined) throw new Error(`no server is "${line}"`);
  return sid;
}
