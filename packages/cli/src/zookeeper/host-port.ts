import { isIP } from "node:net";

/** An address to listen on or to connect to. */
export interface HostPort {
  /** A name or an IP address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** What is wrong with a text that should have been an address, with the remedy. */
export interface AddressProblem {
  readonly problem: string;
}

/** Splits `host:a:b` at its colons; an IPv6 address stands in brackets, as in ZooKeeper. */
export function splitAddress(text: string): readonly string[] {
  const match = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (!match) return text.split(":");
  const [, host = "", rest] = match;
  return rest === undefined ? [host] : [host, ...rest.split(":")];
}

/** Why nobody could be reached under the name, or null. */
export function hostProblem(host: string): string | null {
  if (host === "") return "the host is missing";
  if (host.includes(":") && isIP(host) !== 6) return `"${host}" is not an IPv6 address`;
  return /^[^\s/?#@%[\]|;,]+$/.test(host) ? null : `"${host}" is not a host`;
}

/** The number, or null when it is no port that can be listened on. */
export function parsePort(text: string): number | null {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

/** Reads `host:port`, or `host` alone when there is a port for that. */
export function parseHostPort(
  text: string,
  defaultPort: number | null = null,
): HostPort | AddressProblem {
  const [host = "", digits, ...rest] = splitAddress(text);
  if (rest.length > 0)
    return {
      problem: `"${text}" has too many colons: write host:port, or [address]:port for IPv6`,
    };
  const why = hostProblem(host);
  if (why !== null) return { problem: `"${text}": ${why}: write host:port` };
  const port = digits === undefined ? defaultPort : parsePort(digits);
  if (port !== null) return { host, port };
  if (digits === undefined) return { problem: `"${text}" has no port: write host:port` };
  return { problem: `"${text}": "${digits}" is not a port: write a number from 1 to 65535` };
}

/** `host:port` as people and ZooKeeper write it. */
export function hostPortText({ host, port }: HostPort): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
