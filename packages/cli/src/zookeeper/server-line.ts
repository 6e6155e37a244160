import {
  hostProblem,
  parseHostPort,
  parsePort,
  splitAddress,
  type AddressProblem,
  type HostPort,
} from "./host-port.ts";

/** What a server does in the ensemble; an observer has no vote. */
export type ServerRole = "participant" | "observer";

/** One way to reach a server: two ports of one host. */
export interface QuorumAddress {
  readonly host: string;
  /** Where the members of an ensemble speak to each other; the only port that ours need. */
  readonly quorumPort: number;
  readonly electionPort: number;
}

/** The value of `server.N`, taken apart. */
export interface ServerLine {
  /** At least one; several are ways to the same server. */
  readonly addresses: readonly QuorumAddress[];
  readonly role: ServerRole;
  /** Where it serves clients, when the line says so. */
  readonly client: HostPort | null;
}

const FORM = "write host:2888:3888, with :observer behind it for one without a vote";
/** ZooKeeper's own, for a client part that names only the port. */
const EVERY_ADDRESS = "0.0.0.0";

/** Reads `host:quorum:election[:role][|host:quorum:election…][;[address:]clientPort]`. */
export function parseServerLine(text: string): ServerLine | AddressProblem {
  const [servers = "", clientText = "", ...more] = text.split(";");
  if (more.length > 0) return { problem: `"${text}" has more than one ";": ${FORM}` };
  const ways: Way[] = [];
  for (const part of servers.split("|")) {
    const way = parseWay(part.trim());
    if ("problem" in way) return way;
    ways.push(way);
  }
  const roles = new Set(ways.flatMap(({ role }) => (role === null ? [] : [role])));
  if (roles.size > 1) {
    return {
      problem: `"${text}" is both participant and observer: give all its addresses one role`,
    };
  }
  const client = parseClient(clientText.trim());
  if (client !== null && "problem" in client) return client;
  const [role = "participant"] = roles;
  return { addresses: ways.map(({ address }) => address), role, client };
}

interface Way {
  readonly address: QuorumAddress;
  readonly role: ServerRole | null;
}

function parseWay(text: string): Way | AddressProblem {
  const [host = "", quorum, election, role, ...more] = splitAddress(text);
  if (quorum === undefined || election === undefined) {
    return {
      problem: `"${text}" lacks ${quorum === undefined ? "its two ports" : "the election port"}: ${FORM}`,
    };
  }
  if (more.length > 0) {
    return { problem: `"${text}" has too many colons: ${FORM}, and an IPv6 address in brackets` };
  }
  const why = hostProblem(host);
  if (why !== null) return { problem: `"${text}": ${why}: ${FORM}` };
  const [quorumPort, electionPort] = [parsePort(quorum), parsePort(election)];
  if (quorumPort === null || electionPort === null) {
    const wrong = quorumPort === null ? quorum : election;
    return { problem: `"${text}": "${wrong}" is not a port: write a number from 1 to 65535` };
  }
  const named = role === undefined ? null : parseRole(role);
  if (role !== undefined && named === null) {
    return { problem: `"${text}": "${role}" is not one of participant, observer` };
  }
  return { address: { host, quorumPort, electionPort }, role: named };
}

/** Reads a role as ZooKeeper does, in upper or lower case; null for anything else. */
export function parseRole(text: string): ServerRole | null {
  const role = text.trim().toLowerCase();
  return role === "participant" || role === "observer" ? role : null;
}

function parseClient(text: string): HostPort | AddressProblem | null {
  if (text === "") return null;
  return /^[0-9]+$/.test(text) ? parseHostPort(`${EVERY_ADDRESS}:${text}`) : parseHostPort(text);
}
