import type { EtcdClient } from "./etcd-client.ts";
import { prefix } from "./key-range.ts";
import type { KeyValue } from "./key-value.ts";
import { mirror, type MirrorOptions } from "./mirror.ts";
import { announce, Registration } from "./registration.ts";
import type { CallOptions } from "./rpc.ts";

/** Where services are registered that say nothing else. */
const ROOT = "services/";
const TTL_SECONDS = 10;

/** One instance of a service, as it registered itself. */
export interface Instance {
  readonly name: string;
  /** What it said of itself; undefined when that is not JSON. */
  readonly metadata: unknown;
  readonly kv: KeyValue;
}

export interface RegisterOptions extends CallOptions {
  /** How long an instance that died is still listed; 10 if nothing is said. */
  readonly ttlSeconds?: number;
}

/** Which instances of which services there are: the keys `services/service/instance`. */
export class ServiceRegistry {
  readonly #client: EtcdClient;
  readonly #root: string;

  constructor(client: EtcdClient, root: string = ROOT) {
    this.#client = client;
    this.#root = root;
  }

  /**
   * Lists an instance as long as this process lives, and again when its lease was lost meanwhile.
   *
   * @param metadata - what others are to know of it, as JSON
   */
  async register(
    service: string,
    instance: string,
    metadata: unknown,
    options: RegisterOptions = {},
  ): Promise<Registration> {
    const key = `${this.#start(service)}${part(instance)}`;
    const { ttlSeconds = TTL_SECONDS, ...call } = options;
    const announcement = { key, value: JSON.stringify(metadata) ?? "null", ttlSeconds };
    const lease = await announce(this.#client, announcement, call);
    return new Registration(this.#client, announcement, lease);
  }

  /** The instances of a service, by name. */
  async instances(service: string, options: CallOptions = {}): Promise<readonly Instance[]> {
    const start = this.#start(service);
    const { kvs } = await this.#client.getAll(prefix(start), options);
    return kvs.map((kv) => instanceOf(kv, start));
  }

  /** All instances of a service, now and whenever one of them comes, goes or says something else. */
  async *watch(
    service: string,
    options: MirrorOptions = {},
  ): AsyncGenerator<readonly Instance[], void> {
    const start = this.#start(service);
    for await (const { kvs } of mirror(this.#client, prefix(start), options)) {
      yield kvs.map((kv) => instanceOf(kv, start));
    }
  }

  #start(service: string): string {
    return `${this.#root}${part(service)}/`;
  }
}

/** A name that is one part of a key. */
function part(name: string): string {
  if (name !== "" && !name.includes("/")) return name;
  throw new TypeError(
    `"${name}" is no name for a service or an instance: give one without a slash`,
  );
}

function instanceOf(kv: KeyValue, start: string): Instance {
  return { name: kv.keyText.slice(start.length), metadata: parsed(kv.text), kv };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
