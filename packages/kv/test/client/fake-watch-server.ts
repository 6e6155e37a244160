import {
  decodeWatchRequest,
  HeaderWriter,
  WatchEvent,
  watchIdField,
  WatchResponseWriter,
  type KeyValue,
  type WatchCreateRequest,
  type WatchRequest,
  type WatchResponse,
} from "../../src/etcd/codec/index.ts";
import type { FakeStream } from "./fake-channel.ts";

const writer = new WatchResponseWriter(new HeaderWriter(1n, 2n));

function encoded(response: WatchResponse): Uint8Array {
  const bytes = new Uint8Array(writer.begin(response, 1));
  writer.writeTo(bytes, 0);
  return bytes;
}

/** A key as it is put at a revision. */
export function put(key: string, value: string, mod: number): WatchEvent {
  return new WatchEvent(keyValue(key, value, mod, 1), null);
}

/** A key as it is deleted at a revision. */
export function deletion(key: string, mod: number): WatchEvent {
  return new WatchEvent(keyValue(key, "", mod, 0), null);
}

function keyValue(key: string, value: string, mod: number, count: number): KeyValue {
  return { key, value: Buffer.from(value), create: count === 0 ? 0 : mod, mod, count, lease: 0n };
}

/** The server's side of a watch stream, played by the test. */
export class FakeWatchServer {
  readonly stream: FakeStream;

  constructor(stream: FakeStream) {
    this.stream = stream;
  }

  /** What the client said since the last time. */
  takeRequests(): readonly (WatchRequest | null)[] {
    return this.stream.takeSent().map(decodeWatchRequest);
  }

  /** The one watch that the client asked for since the last time. */
  takeCreation(): WatchCreateRequest {
    const [request, ...more] = this.takeRequests();
    if (request?.kind === "create" && more.length === 0) return request;
    throw new Error(`expected one creation, got ${JSON.stringify(request)} and ${more.length}`);
  }

  created(watchId: bigint, revision: number): void {
    this.say({ kind: "created", watchId, revision });
  }

  /** Events of one revision or several, in one message. */
  events(watchId: bigint, events: readonly WatchEvent[], isFragment = false): void {
    const withPrev = events.some(({ prevKv }) => prevKv !== null);
    this.say({
      kind: "events",
      revision: events.at(-1)?.kv.mod ?? 0,
      watchIdField: watchIdField(watchId),
      events,
      withPrev,
      bytes: events.reduce((sum, event) => sum + event.bytes(withPrev).length, 0),
      isFragment,
    });
  }

  say(response: WatchResponse): void {
    this.stream.message(encoded(response));
  }
}
