import { isWildcard } from "../server/urls.ts";
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
 * @param clientOf - where a server serves clients, or null when that is not known
 */
export function portCollisions(
  servers: readonly Server[],
  clientOf: (server: Server) => HostPort | null,
): readonly string[] {
  const problems: string[] = [];
  const taken = new Map<string, Listener>();
  for (const listener of servers.flatMap((server) => listenersOf(server, clientOf(server)))) {
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

function listenersOf({ key, at, line }: Server, client: HostPort | null): Listener[] {
  const listeners = line.addresses.flatMap(({ host, quorumPort, electionPort }): Listener[] => [
    { host, port: quorumPort, what: `the quorum port of ${key}`, at },
    { host, port: electionPort, what: `the election port of ${key}`, at },
  ]);
  if (client === null) return listeners;
  // On every address is on each that the other servers know.
  const hosts = isWildcard(client.host) ? line.addresses.map(({ host }) => host) : [client.host];
  const what = `the client port of ${key}`;
  return [
    ...listeners,
    ...[...new Set(hosts)].map((host) => ({ host, port: client.port, what, at })),
  ];
}

function sameHost(host: string): string {
  const name = host.toLowerCase();
  return name === "localhost" ? "127.0.0.1" : name;
}
