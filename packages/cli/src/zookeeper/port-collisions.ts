import { isWildcard } from "../server/urls.ts";
import type { ClientAddresses } from "./client-addresses.ts";
import { hostPortText, type HostPort } from "./host-port.ts";
import type { Server } from "./servers.ts";

/** A port that one server listens on. */
interface Listener extends HostPort {
  /** `the quorum port of server.1`, for messages. */
  readonly what: string;
  readonly at: string;
}

/**
 * Every pair of listeners that meet on one port of one host, in words.
 *
 * @param clientsOf - where a server serves clients, as far as that is known
 */
export function portCollisions(
  servers: readonly Server[],
  clientsOf: (server: Server) => ClientAddresses,
): readonly string[] {
  const problems: string[] = [];
  const taken = new Map<string, Listener>();
  for (const listener of servers.flatMap((server) => listenersOf(server, clientsOf(server)))) {
    const place = hostPortText({ host: sameHost(listener.host), port: listener.port });
    const other = taken.get(place);
    if (other) {
      problems.push(
        `${listener.at}: ${listener.what} is ${place}, as is ${other.what}: choose another port`,
      );
    }
    taken.set(place, listener);
  }
  return problems;
}

function listenersOf({ key, at, line }: Server, { plain, secure }: ClientAddresses): Listener[] {
  const hosts = line.addresses.map(({ host }) => host);
  return [
    ...line.addresses.flatMap(({ host, quorumPort, electionPort }): Listener[] => [
      { host, port: quorumPort, what: `the quorum port of ${key}`, at },
      { host, port: electionPort, what: `the election port of ${key}`, at },
    ]),
    ...clientListeners(plain, hosts, `the client port of ${key}`, at),
    ...clientListeners(secure, hosts, `the secure client port of ${key}`, at),
  ];
}

function clientListeners(
  client: HostPort | null,
  hosts: readonly string[],
  what: string,
  at: string,
): Listener[] {
  if (client === null) return [];
  // On every address is on each that the other servers know.
  const on = isWildcard(client.host) ? hosts : [client.host];
  return [...new Set(on)].map((host) => ({ host, port: client.port, what, at }));
}

function sameHost(host: string): string {
  const name = host.toLowerCase();
  return name === "localhost" ? "127.0.0.1" : name;
}
