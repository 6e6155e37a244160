import { isWildcard } from "../server/urls.ts";
import type { Findings } from "./findings.ts";
import { hostPortText, type HostPort } from "./host-port.ts";
import type { Server } from "./servers.ts";
import type { Setting } from "./zoo-properties.ts";
import type { CheckedKeys } from "./zoo-schema.ts";

/** Where clients are served: on at least one of both. */
export interface ClientAddresses {
  readonly plain: HostPort | null;
  /** For clients that speak TLS. */
  readonly secure: HostPort | null;
}

/** What the files say of it. */
export interface ClientAddressInput {
  readonly keys: CheckedKeys;
  readonly own: Server | null;
  readonly path: string;
  readonly values: ReadonlyMap<string, Setting>;
}

const EVERY_ADDRESS = "0.0.0.0";

/** Null when something is a problem. */
export function clientAddresses(
  input: ClientAddressInput,
  findings: Findings,
): ClientAddresses | null {
  const { keys, own, path, values } = input;
  const { problems } = findings;
  const before = problems.length;
  const needy =
    portMissing("clientPort", 2181, input) ?? portMissing("secureClientPort", 2281, input);
  if (needy !== null) problems.push(needy);
  const plain = plainAddress({ keys, own, path, values }, findings);
  const secure = addressOf(keys.secureClientPort, keys.secureClientPortAddress);
  if (problems.length > before) return null;
  if (plain === null && secure === null) {
    problems.push(`${path}: clientPort is missing: write clientPort=2181`);
    return null;
  }
  return { plain, secure };
}

function portMissing(
  key: "clientPort" | "secureClientPort",
  usual: number,
  { keys, values }: ClientAddressInput,
): string | null {
  const address = values.get(`${key}Address`);
  if (keys[key] !== undefined || !address) return null;
  return `${address.at}: ${key}Address needs a ${key}: write ${key}=${usual}`;
}

/** The own server line wins, and must not contradict the key, as in ZooKeeper. */
function plainAddress(
  { keys, own, path, values }: ClientAddressInput,
  { problems }: Findings,
): HostPort | null {
  const byKey = addressOf(keys.clientPort, keys.clientPortAddress);
  const byLine = own?.line.client ?? null;
  if (byKey === null || own === null || byLine === null) return byKey ?? byLine;
  const agree =
    byKey.port === byLine.port && (isWildcard(byKey.host) || byKey.host === byLine.host);
  if (agree) return byLine;
  const at = values.get("clientPort")?.at ?? path;
  problems.push(
    `${at}: clientPort: clients are served on ${hostPortText(byKey)} here, but on ${hostPortText(byLine)} by ${own.key} (${own.at}): make them the same`,
  );
  return null;
}

function addressOf(port: number | undefined, host: string | undefined): HostPort | null {
  return port === undefined ? null : { host: host ?? EVERY_ADDRESS, port };
}
