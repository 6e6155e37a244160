import { majorityOf, type Configuration, type NodeId, type WeightedRule } from "@quorate/core";
import { isWildcard } from "../server/urls.ts";
import type { Findings } from "./findings.ts";
import { readGroups } from "./groups.ts";
import { hostPortText } from "./host-port.ts";
import { readServerLines, type Server } from "./servers.ts";
import type { Setting } from "./zoo-properties.ts";

/** Who takes part. A member's id is its server's number in decimal. */
export type Ensemble =
  /** This member alone, without a port for others. */
  | {
      readonly kind: "standalone";
      readonly self: NodeId;
      /** Null where there are no server lines. */
      readonly server: Server | null;
    }
  | {
      readonly kind: "replicated";
      readonly self: NodeId;
      /** In the order of their numbers. */
      readonly servers: readonly Server[];
      /** Null where every voter counts the same. */
      readonly groups: WeightedRule | null;
    };

/** What the file `myid` says of this server. */
export type Myid =
  | { readonly path: string; readonly is: "number"; readonly sid: number }
  | { readonly path: string; readonly is: "missing" }
  /** There is something else in it, which was reported. */
  | { readonly path: string; readonly is: "wrong" };

/** What is known of the ensemble before it is looked at as a whole. */
export interface EnsembleGiven {
  readonly lines: readonly Setting[];
  readonly standaloneEnabled: boolean;
  /** The file in which server lines are looked for. */
  readonly path: string;
  readonly myid: Myid;
}

/** ZooKeeper's number of a server that has none. */
const ONLY_SERVER = 1;
/** A session id has room for one byte of its server's number. */
const SID_BYTE_MAX = 255;

/** Reads the server, group and weight lines; null when they make no ensemble. */
export function readEnsemble(given: EnsembleGiven, findings: Findings): Ensemble | null {
  const before = findings.problems.length;
  const servers = readServerLines(given.lines, findings);
  // What builds on server lines is judged by right ones only, so that one mistake is told once.
  if (findings.problems.length > before) return null;
  const groups = readGroups(given.lines, servers, findings);
  if (isStandalone(given, servers)) {
    const server = standaloneServer(given, servers, findings);
    const self = String(server?.sid ?? sidOf(given.myid) ?? ONLY_SERVER);
    return findings.problems.length > before ? null : { kind: "standalone", self, server };
  }
  const own = checkReplicated(given, servers, findings);
  if (own === null || findings.problems.length > before) return null;
  return { kind: "replicated", self: String(own), servers, groups };
}

/** The line of this very server, or null when it has none. */
export function ownServer(ensemble: Ensemble): Server | null {
  if (ensemble.kind === "standalone") return ensemble.server;
  return ensemble.servers.find(({ sid }) => String(sid) === ensemble.self) ?? null;
}

/** The configuration that a new ensemble begins with: the same for members whose files agree. */
export function configurationOf(ensemble: Ensemble): Configuration {
  if (ensemble.kind === "standalone") return majorityOf([{ id: ensemble.self, addresses: [] }]);
  const { servers, groups } = ensemble;
  const members = servers.map(({ sid, line }) => ({
    id: String(sid),
    addresses: line.addresses.map(({ host, quorumPort }) => peerUrl(host, quorumPort)),
  }));
  const voters = votersOf(servers).map(({ sid }) => String(sid));
  return { members, quorum: groups ?? { kind: "majority", voters } };
}

/**
 * The servers as clients read them in `/zookeeper/config`: one line for each, in ZooKeeper's form, and
 * the version of a configuration that was never changed. Where clients reach a server is told only if
 * its line says so: from a list with one of them in it Curator knows no other any more.
 */
export function membershipText(ensemble: Ensemble): string {
  if (ensemble.kind === "standalone") return "";
  const lines = ensemble.servers.map(({ key, line }) => {
    const ways = line.addresses.map(
      ({ host, quorumPort, electionPort }) =>
        `${hostPortText({ host, port: quorumPort })}:${electionPort}`,
    );
    const reached = line.client === null ? "" : `;${hostPortText(line.client)}`;
    return `${key}=${ways.join("|")}:${line.role}${reached}`;
  });
  return [...lines, "version=0"].join("\n");
}

/**
 * Where to listen for the other members, in the transport's notation.
 *
 * @param everywhere - on every address of this machine instead of those of the server line
 */
export function peerListenUrls(ensemble: Ensemble, everywhere: boolean): readonly string[] {
  if (ensemble.kind === "standalone") return [];
  const urls = (ownServer(ensemble)?.line.addresses ?? []).map(({ host, quorumPort }) =>
    peerUrl(everywhere ? everyAddress(host) : host, quorumPort),
  );
  return [...new Set(urls)];
}

function peerUrl(host: string, port: number): string {
  return `http://${hostPortText({ host, port })}`;
}

function everyAddress(host: string): string {
  return host.includes(":") ? "::" : "0.0.0.0";
}

function votersOf(servers: readonly Server[]): readonly Server[] {
  return servers.filter(({ line }) => line.role === "participant");
}

function sidOf(myid: Myid): number | null {
  return myid.is === "number" ? myid.sid : null;
}

/** As in ZooKeeper: without server lines, or with a single one that has a vote. */
function isStandalone({ standaloneEnabled }: EnsembleGiven, servers: readonly Server[]): boolean {
  return standaloneEnabled && (servers.length === 0 || votersOf(servers).length === 1);
}

function standaloneServer(
  { myid }: EnsembleGiven,
  servers: readonly Server[],
  { problems, warnings }: Findings,
): Server | null {
  const [server = null] = votersOf(servers);
  const observer = servers.find(({ line }) => line.role === "observer");
  if (observer) {
    const why = `${observer.key} is an observer, and a single voter runs alone, without observers`;
    problems.push(`${observer.at}: ${why}: add voters, or write standaloneEnabled=false`);
  }
  if (server && myid.is === "number" && myid.sid !== server.sid) {
    warnings.push(
      `${myid.path}: it says ${myid.sid}, but the only server is ${server.key}: that counts`,
    );
  }
  return server;
}

/** The number of this server, or null when it is not known. */
function checkReplicated(
  given: EnsembleGiven,
  servers: readonly Server[],
  findings: Findings,
): number | null {
  const { path } = given;
  if (servers.length === 0) {
    const remedy = "add server.1=host:2888:3888, or remove the key";
    findings.problems.push(`${path}: standaloneEnabled=false needs server lines: ${remedy}`);
    return null;
  }
  const voters = votersOf(servers).length;
  if (voters === 0) {
    findings.problems.push(
      `${path}: all servers are observers: at least one must be a participant`,
    );
  }
  for (const server of servers) checkReachable(server, findings);
  warnOfSize(voters, path, findings);
  return ownNumber(given, servers, findings);
}

function checkReachable({ key, sid, at, line }: Server, { problems, warnings }: Findings): void {
  const wildcard = line.addresses.find(({ host }) => isWildcard(host));
  if (wildcard) {
    const remedy =
      "write the name or address of that machine; quorumListenOnAllIPs=true listens on every address";
    problems.push(`${at}: ${key}: other servers cannot reach ${wildcard.host}: ${remedy}`);
  }
  if (sid > SID_BYTE_MAX) {
    warnings.push(
      `${at}: ${key}: session ids have room for numbers up to ${SID_BYTE_MAX}: larger ones risk that two servers give out the same`,
    );
  }
}

function ownNumber(
  { myid, path }: EnsembleGiven,
  servers: readonly Server[],
  { problems }: Findings,
): number | null {
  const numbers = servers.map(({ sid }) => sid).join(", ");
  switch (myid.is) {
    case "number":
      if (servers.some(({ sid }) => sid === myid.sid)) return myid.sid;
      problems.push(
        `${myid.path}: this is server ${myid.sid}, but ${path} lists ${numbers}: add server.${myid.sid}, or correct the number`,
      );
      return null;
    case "missing":
      problems.push(
        `${myid.path} is missing: write the number of this machine's server line into it, one of ${numbers}`,
      );
      return null;
    case "wrong":
      return null;
  }
}

function warnOfSize(voters: number, path: string, { warnings }: Findings): void {
  if (voters === 1 || voters === 2) {
    const servers = voters === 1 ? "a single voter tolerates" : "2 voters tolerate";
    warnings.push(`${path}: ${servers} no failure: an ensemble needs 3`);
  } else if (voters > 0 && voters % 2 === 0) {
    warnings.push(
      `${path}: ${voters} voters tolerate no more failures than ${voters - 1}: choose an odd number`,
    );
  }
}
