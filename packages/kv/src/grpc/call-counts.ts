import { Histogram } from "../metrics/index.ts";
import { fieldValue, type Field } from "../http2/index.ts";
import type { Method, Services } from "./service.ts";
import { STATUS, type GrpcStatus } from "./status.ts";

/** Upper bounds of how long calls take, in seconds: as gRPC servers count it everywhere. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What became of the calls of one method: plain numbers, for they are counted in the way of every call. */
export class MethodCounts {
  started = 0;
  messagesReceived = 0;
  messagesSent = 0;
  /** Of the messages, as they are before they are framed. */
  bytesReceived = 0;
  bytesSent = 0;
  /** How long calls took; null where nobody wants to know. */
  readonly seconds: Histogram | null;
  readonly #ended: number[] = Object.values(STATUS).map(() => 0);

  constructor(timed: boolean) {
    this.seconds = timed ? new Histogram(SECONDS) : null;
  }

  /** Calls that are over, by their status code. */
  get ended(): readonly number[] {
    return this.#ended;
  }

  received(bytes: number): void {
    this.messagesReceived++;
    this.bytesReceived += bytes;
  }

  sent(bytes: number): void {
    this.messagesSent++;
    this.bytesSent += bytes;
  }

  over(code: GrpcStatus): void {
    this.#ended[code] = (this.#ended[code] as number) + 1;
  }
}

/** The calls of one kind by clients of one version. */
export interface ClientCounts {
  readonly kind: Method["kind"];
  readonly version: string;
  calls: number;
}

/** What is counted of the calls beside their number. */
export interface CallCountsOptions {
  /** Whether to measure how long they take. */
  readonly timed?: boolean;
  /** The header in which clients say which version they are. */
  readonly versionHeader?: string;
}

/** A client that says nothing that could be a version. */
const UNKNOWN = "unknown";
/** Clients name themselves: what they say must not grow without end. */
const VERSIONS_MAX = 32;

/** Counts the calls of a server, by method and by version of the client. What it does not serve is not counted. */
export class CallCounts {
  readonly #versionHeader: string | null;
  readonly #methods: ReadonlyMap<string, MethodCounts>;
  readonly #clients = new Map<string, ClientCounts>();
  readonly #versions = new Set([UNKNOWN]);

  constructor(services: Services, { timed = false, versionHeader }: CallCountsOptions = {}) {
    this.#versionHeader = versionHeader ?? null;
    this.#methods = new Map([...services.keys()].map((path) => [path, new MethodCounts(timed)]));
  }

  /** By the method's path. */
  get methods(): ReadonlyMap<string, MethodCounts> {
    return this.#methods;
  }

  get clients(): Iterable<ClientCounts> {
    return this.#clients.values();
  }

  /** Of a method that is served. */
  of(path: string): MethodCounts {
    const counts = this.#methods.get(path);
    if (counts === undefined) throw new Error(`${path} is not among the methods that are counted`);
    return counts;
  }

  /** Of the client whose request has these headers. */
  client(kind: Method["kind"], fields: readonly Field[]): ClientCounts {
    const header = this.#versionHeader;
    const version = this.#known(header === null ? undefined : fieldValue(fields, header));
    const name = `${kind} ${version}`;
    const counts = this.#clients.get(name) ?? { kind, version, calls: 0 };
    this.#clients.set(name, counts);
    return counts;
  }

  #known(said: string | undefined): string {
    if (said === undefined || !/^\d{1,3}(\.\d{1,3}){1,2}$/.test(said)) return UNKNOWN;
    if (this.#versions.size >= VERSIONS_MAX && !this.#versions.has(said)) return UNKNOWN;
    this.#versions.add(said);
    return said;
  }
}
