import type { JuteWriter } from "../codec/index.ts";
import type { ClientStream } from "./client-stream.ts";
import type { WriterPool } from "./writer-pool.ts";

/** Replies on their way to one client, gathered until the end of the turn of the loop. */
export class ReplyOutput {
  readonly #stream: ClientStream;
  readonly #writers: WriterPool;
  readonly #onFirst: () => void;
  #writer: JuteWriter | null = null;
  #given = 0;

  /** @param onFirst - called when there is something to flush where there was nothing */
  constructor(stream: ClientStream, writers: WriterPool, onFirst: () => void) {
    this.#stream = stream;
    this.#writers = writers;
    this.#onFirst = onFirst;
  }

  /** Bytes that the client has not taken yet, as far as this process knows. */
  get bytes(): number {
    return this.#stream.pendingBytes + (this.#writer?.length ?? 0);
  }

  /** Bytes that the client has taken since it came. */
  get taken(): number {
    return this.#given - this.#stream.pendingBytes;
  }

  /** Where the next reply is to be written. */
  get writer(): JuteWriter {
    if (this.#writer === null) {
      this.#writer = this.#writers.take();
      this.#onFirst();
    }
    return this.#writer;
  }

  /** Gives everything to the stream, in one write. */
  flush(): void {
    const writer = this.#writer;
    if (writer === null || !this.#stream.isWritable) return;
    this.#writer = null;
    this.#given += writer.length;
    this.#stream.write(writer.finish());
    // A write that the kernel took whole is over when `write` returns.
    if (this.#stream.pendingBytes === 0) this.#writers.give(writer);
  }
}
