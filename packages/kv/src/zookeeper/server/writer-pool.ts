import { JuteWriter } from "../codec/index.ts";

/** What most turns of most connections stay below. */
const CAPACITY = 8 * 1024;

/** Larger memory is not kept: one large reply would stay for ever. */
const KEPT_BYTES_MAX = 64 * 1024;

const KEPT_MAX = 256;

/** Memory for replies, shared by the connections of a server, so that a quiet one holds none. */
export class WriterPool {
  readonly #free: JuteWriter[] = [];

  take(): JuteWriter {
    return this.#free.pop() ?? new JuteWriter(CAPACITY);
  }

  /** Nobody may still read what was written with it. */
  give(writer: JuteWriter): void {
    if (writer.capacity > KEPT_BYTES_MAX || this.#free.length >= KEPT_MAX) return;
    writer.clear();
    this.#free.push(writer);
  }
}
