import { ProtoWriter } from "./proto-writer.ts";
import type { HeaderWriter } from "./responses.ts";
import type { WatchEvent } from "./watch-event.ts";

/** No watcher's: in refusals, and where all watchers of a stream are meant. */
export const NO_WATCH_ID = -1n;

/** What a member says on a watch stream. */
export type WatchResponse =
  | { readonly kind: "created"; readonly revision: number; readonly watchId: bigint }
  /** A watcher that was asked for and does not come about. */
  | { readonly kind: "refused"; readonly revision: number; readonly reason: string }
  | { readonly kind: "canceled"; readonly revision: number; readonly watchId: bigint }
  /** The watcher has yet to hear of changes that are forgotten since. */
  | { readonly kind: "compacted"; readonly watchId: bigint; readonly compacted: number }
  /** Everything up to the revision was said. */
  | { readonly kind: "progress"; readonly revision: number; readonly watchId: bigint }
  | WatchEventsResponse;

export interface WatchEventsResponse {
  readonly kind: "events";
  readonly revision: number;
  /** As {@link watchIdField} writes it. */
  readonly watchIdField: Uint8Array;
  readonly events: readonly WatchEvent[];
  readonly withPrev: boolean;
  /** What the events take. */
  readonly bytes: number;
  /** Others of the same revision follow. */
  readonly isFragment: boolean;
}

/** The field that says whom a response is for. There are many of one watcher, and all begin so. */
export function watchIdField(watchId: bigint): Uint8Array {
  return new ProtoWriter(12).uint64(2, watchId).finish().slice();
}

const FRAGMENT_FIELD = Uint8Array.of(0x38, 1);

/**
 * Writes watch responses where they leave from. One change may be told to thousands of watchers: what
 * is the same for all of them, header and events, is encoded once, and copied.
 */
export class WatchResponseWriter {
  readonly #header: HeaderWriter;
  /** The header written last, and what it says. */
  #headerBytes: Uint8Array = new Uint8Array(0);
  #revision = -1;
  #term = -1;
  readonly #control = new ProtoWriter();
  #response: WatchResponse | null = null;

  constructor(header: HeaderWriter) {
    this.#header = header;
  }

  /** Takes up a response and tells its size; {@link writeTo} then writes it. */
  begin(response: WatchResponse, term: number): number {
    this.#response = response;
    if (response.kind !== "events") return this.#writeControl(response, term).length;
    const { revision, watchIdField: id, bytes, isFragment } = response;
    this.#prepareHeader(revision, term);
    return this.#headerBytes.length + id.length + (isFragment ? FRAGMENT_FIELD.length : 0) + bytes;
  }

  /** Writes what was begun last. */
  readonly writeTo = (into: Uint8Array, offset: number): void => {
    const response = this.#response;
    if (response?.kind !== "events") return this.#control.copyTo(into, offset);
    into.set(this.#headerBytes, offset);
    let at = offset + this.#headerBytes.length;
    into.set(response.watchIdField, at);
    at += response.watchIdField.length;
    if (response.isFragment) {
      into.set(FRAGMENT_FIELD, at);
      at += FRAGMENT_FIELD.length;
    }
    for (const event of response.events) {
      const bytes = event.bytes(response.withPrev);
      into.set(bytes, at);
      at += bytes.length;
    }
  };

  #prepareHeader(revision: number, term: number): void {
    if (revision === this.#revision && term === this.#term) return;
    this.#headerBytes = this.#header.write(new ProtoWriter(), revision, term).finish();
    this.#revision = revision;
    this.#term = term;
  }

  #writeControl(response: Exclude<WatchResponse, WatchEventsResponse>, term: number): ProtoWriter {
    const writer = this.#control.reset();
    switch (response.kind) {
      case "created":
        return this.#begin(writer, response.revision, term, response.watchId).bool(3, true);
      case "refused":
        this.#begin(writer, response.revision, term, NO_WATCH_ID);
        return writer.bool(3, true).bool(4, true).string(6, response.reason);
      case "canceled":
        return this.#begin(writer, response.revision, term, response.watchId).bool(4, true);
      case "compacted":
        // Here etcd's header says no revision.
        this.#begin(writer, 0, term, response.watchId);
        return writer.bool(4, true).int64(5, response.compacted);
      case "progress":
        return this.#begin(writer, response.revision, term, response.watchId);
    }
  }

  #begin(writer: ProtoWriter, revision: number, term: number, watchId: bigint): ProtoWriter {
    return this.#header.write(writer, revision, term).uint64(2, watchId);
  }
}
