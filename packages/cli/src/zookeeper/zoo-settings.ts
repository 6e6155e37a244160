import type { ZooKeeperServiceOptions } from "@quorate/kv";
import { clientAddresses, type ClientAddresses } from "./client-addresses.ts";
import type { DataDirectories } from "./data-directories.ts";
import { ownServer, readEnsemble, type Ensemble, type Myid } from "./ensemble.ts";
import type { Findings } from "./findings.ts";
import { readWhitelist } from "./four-letter-words.ts";
import type { HostPort } from "./host-port.ts";
import { INT_MAX } from "./key-types.ts";
import { portCollisions } from "./port-collisions.ts";
import { serviceSettings } from "./service-settings.ts";
import { tlsSettings } from "./tls-settings.ts";
import type { Setting, ZooProperties } from "./zoo-properties.ts";
import { checkKeys, type CheckedKeys } from "./zoo-schema.ts";

/** Everything that a ZooKeeper server is started with, checked. */
export interface ZooSettings {
  readonly directories: DataDirectories;
  /**
   * Where clients without TLS are served, or null. The host `0.0.0.0` means every address, IPv6 ones
   * too, as in Java; that holds for all that listens.
   */
  readonly client: HostPort | null;
  readonly service: ZooKeeperServiceOptions;
  readonly tickMs: number;
  readonly minSessionMs: number;
  readonly maxSessionMs: number;
  readonly snapCount: number;
  /** How long a member may take to join, in ticks. */
  readonly initLimit: number;
  /** How long a member may be silent, in ticks. */
  readonly syncLimit: number;
  readonly ensemble: Ensemble;
  /** Whether to listen for the other members on every address. */
  readonly quorumListenOnAllIPs: boolean;
}

/** What the files of a server say, before anything is made of it. */
export interface ZooInput {
  /** Of the main file, for messages. */
  readonly path: string;
  /** Of the file that has the server lines, for messages. */
  readonly ensemblePath: string;
  readonly properties: ZooProperties;
  /** Null when none were named. */
  readonly directories: DataDirectories | null;
  readonly myid: Myid;
}

type Values = ZooProperties["values"];

const MIN_SESSION_TICKS = 2;
const MAX_SESSION_TICKS = 20;
/** Those of ZooKeeper's sample file, for a server that is alone and needs none. */
const INIT_LIMIT = 10;
const SYNC_LIMIT = 5;

/** Checks what was written and fills in ZooKeeper's defaults; null when anything is a problem. */
export function toZooSettings(input: ZooInput, findings: Findings): ZooSettings | null {
  const { path, ensemblePath, myid, directories } = input;
  const { values, ensemble: lines } = input.properties;
  const keys = checkedKeys(path, values, findings);
  if (keys) checkTimes(keys, values, findings);
  const standaloneEnabled = keys?.standaloneEnabled ?? true;
  const given = { standaloneEnabled, path: ensemblePath, myid };
  const ensemble = lines && readEnsemble({ ...given, lines }, findings);
  if (!keys || !ensemble || !directories) return null;
  const own = ownServer(ensemble);
  const clients = clientAddresses({ keys, own, path, values }, findings);
  const secure = clients?.secure ?? null;
  const tls = secure && tlsSettings({ path, keys, values }, findings);
  warnWithoutTls(secure, values, findings);
  checkLimits(keys, ensemble, path, findings);
  checkPorts(ensemble, clients, findings);
  warnOfPeerType(keys, ensemble, values, findings);
  const fourLetterWords = readWhitelist(values.get("4lw.commands.whitelist"), findings);
  if (findings.problems.length > 0 || !clients) return null;
  const superUser = keys["X509AuthenticationProvider.superUser"] ?? null;
  const secureClient = secure && tls && { ...secure, tls, superUser };
  return {
    directories,
    client: clients.plain,
    service: serviceSettings(keys, { secureClient, fourLetterWords }),
    tickMs: keys.tickTime,
    ...sessionBounds(keys),
    snapCount: keys.snapCount,
    initLimit: keys.initLimit ?? INIT_LIMIT,
    syncLimit: keys.syncLimit ?? SYNC_LIMIT,
    ensemble,
    quorumListenOnAllIPs: keys.quorumListenOnAllIPs,
  };
}

function checkedKeys(path: string, values: Values, { problems }: Findings): CheckedKeys | null {
  const texts = Object.fromEntries([...values].map(([key, { value }]) => [key, value]));
  const checked = checkKeys(texts);
  if (!Array.isArray(checked)) return checked;
  for (const { key, message } of checked) {
    const at = values.get(key)?.at;
    problems.push(at === undefined ? `${path}: ${key} ${message}` : `${at}: ${key}: ${message}`);
  }
  return null;
}

function sessionBounds(keys: CheckedKeys): { minSessionMs: number; maxSessionMs: number } {
  const { tickTime, minSessionTimeout, maxSessionTimeout } = keys;
  return {
    minSessionMs: minSessionTimeout ?? MIN_SESSION_TICKS * tickTime,
    maxSessionMs: maxSessionTimeout ?? MAX_SESSION_TICKS * tickTime,
  };
}

function checkTimes(keys: CheckedKeys, values: Values, { problems }: Findings): void {
  const { tickTime, initLimit = INIT_LIMIT, syncLimit = SYNC_LIMIT } = keys;
  const ticks = Math.max(initLimit, syncLimit, MAX_SESSION_TICKS);
  if (tickTime * ticks > INT_MAX) {
    const at = firstOf(values, "tickTime", "initLimit", "syncLimit")?.at ?? "";
    problems.push(
      `${at}: tickTime: ${ticks} ticks of ${tickTime} ms are longer than ${INT_MAX} ms: choose fewer or shorter ones`,
    );
  }
  const { minSessionMs, maxSessionMs } = sessionBounds(keys);
  if (minSessionMs > maxSessionMs) {
    const given = firstOf(values, "minSessionTimeout", "maxSessionTimeout", "tickTime");
    problems.push(
      `${given?.at ?? ""}: ${given?.key ?? ""}: the shortest session, ${minSessionMs} ms, is longer than the longest, ${maxSessionMs} ms`,
    );
  }
}

function firstOf(values: Values, ...keys: readonly string[]): Setting | undefined {
  return keys.map((key) => values.get(key)).find((setting) => setting !== undefined);
}

function checkLimits(
  keys: CheckedKeys,
  { kind }: Ensemble,
  path: string,
  { problems }: Findings,
): void {
  if (kind === "standalone") return;
  const needed = [
    ["initLimit", keys.initLimit, INIT_LIMIT],
    ["syncLimit", keys.syncLimit, SYNC_LIMIT],
  ] as const;
  for (const [key, value, sample] of needed) {
    if (value !== undefined) continue;
    problems.push(`${path}: ${key} is missing, which several servers need: write ${key}=${sample}`);
  }
}

function checkPorts(
  ensemble: Ensemble,
  clients: ClientAddresses | null,
  { problems }: Findings,
): void {
  if (ensemble.kind === "standalone") return;
  const own = ownServer(ensemble);
  problems.push(
    ...portCollisions(ensemble.servers, (server) =>
      server === own && clients ? clients : { plain: server.line.client, secure: null },
    ),
  );
}

/** Whoever wrote how TLS is to be spoken counts on its being spoken. */
function warnWithoutTls(secure: HostPort | null, values: Values, { warnings }: Findings): void {
  if (secure !== null) return;
  for (const { key, at } of values.values()) {
    if (!/^(?:ssl\.|X509|client\.certReload$)/.test(key)) continue;
    warnings.push(`${at}: ${key} has no effect without secureClientPort`);
  }
}

function warnOfPeerType(
  { peerType }: CheckedKeys,
  ensemble: Ensemble,
  values: Values,
  { warnings }: Findings,
): void {
  const given = values.get("peerType");
  const role = ownServer(ensemble)?.line.role ?? "participant";
  if (!given || peerType === role) return;
  warnings.push(
    `${given.at}: peerType is ${given.value}, but by its server line this server is ${role}: the line counts`,
  );
}
