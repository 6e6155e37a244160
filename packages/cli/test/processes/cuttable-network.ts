import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import type { Site } from "./site.ts";

/** The addresses of clients' links: of the block that is set aside for testing networks (RFC 2544). */
const CLIENTS_BLOCK = "198.18";

/**
 * Sites that see each other over a switch from which each can be cut off, as by a pulled cable: nobody
 * is told, packets just stop. Clients are on another network, so that they reach a site all the same.
 *
 * Network namespaces, joined by pairs of virtual interfaces.
 */
export class CuttableNetwork {
  readonly sites: readonly Site[];
  readonly #id: string = randomBytes(3).toString("hex");
  readonly #switch: string;
  readonly #namespaces: string[] = [];
  /** Those that end here. */
  readonly #links: string[] = [];

  /** Makes the namespaces and their links. */
  constructor(size: number) {
    try {
      this.#switch = this.#addNamespace("switch");
      ip(`-n ${this.#switch} link add bridge type bridge`);
      ip(`-n ${this.#switch} link set bridge up`);
      const clients = freeClientsNetwork();
      this.sites = Array.from({ length: size }, (_, i) => this.#addSite(i + 1, clients));
    } catch (thrown) {
      this.close();
      throw thrown;
    }
  }

  /** No packet passes between the site and the others. */
  cut(number: number): void {
    ip(`-n ${this.#switch} link set site${number} down`);
  }

  heal(number: number): void {
    ip(`-n ${this.#switch} link set site${number} up`);
  }

  /** A namespace lives on for minutes where a connection still waits for its end: no link may. */
  close(): void {
    for (const link of this.#links.splice(0)) ip(`link del ${link}`);
    for (const namespace of this.#namespaces.splice(0)) ip(`netns del ${namespace}`);
  }

  #addNamespace(name: string): string {
    const namespace = `quorate-${this.#id}-${name}`;
    ip(`netns add ${namespace}`);
    this.#namespaces.push(namespace);
    return namespace;
  }

  #addSite(number: number, clients: string): Site {
    const namespace = this.#addNamespace(String(number));
    // Nothing else is in the switch's network.
    const peerHost = `10.0.0.${number}`;
    const clientHost = `${clients}.${4 * number + 2}`;
    const here = `q${this.#id}-${number}`;
    ip(`-n ${namespace} link set lo up`);
    ip(`link add site${number} netns ${this.#switch} type veth peer name peers netns ${namespace}`);
    ip(`-n ${this.#switch} link set site${number} master bridge up`);
    ip(`-n ${namespace} addr add ${peerHost}/24 dev peers`);
    ip(`-n ${namespace} link set peers up`);
    ip(`link add ${here} type veth peer name clients netns ${namespace}`);
    this.#links.push(here);
    ip(`addr add ${clients}.${4 * number + 1}/30 dev ${here}`);
    ip(`link set ${here} up`);
    ip(`-n ${namespace} addr add ${clientHost}/30 dev clients`);
    ip(`-n ${namespace} link set clients up`);
    return { enter: ["ip", "netns", "exec", namespace], peerHost, clientHost };
  }
}

/** Why this machine lets us make no networks of our own; null when it does. */
export const NO_NETWORKS: string | null = reasonForNone();

/** Three numbers of four that no interface here begins with. */
function freeClientsNetwork(): string {
  const taken = ip("-4 -o addr show");
  for (;;) {
    const network = `${CLIENTS_BLOCK}.${randomInt(256)}`;
    if (!taken.includes(` ${network}.`)) return network;
  }
}

function reasonForNone(): string | null {
  if (process.getuid?.() !== 0) return "only root may make network namespaces";
  try {
    new CuttableNetwork(1).close();
    return null;
  } catch (thrown) {
    return `network namespaces cannot be made (iproute2): ${String(thrown)}`;
  }
}

function ip(args: string): string {
  return execFileSync("ip", args.split(" "), { encoding: "utf8", stdio: "pipe" });
}
