import type { Socket } from "node:net";
import type { JuteWriter } from "../codec/index.ts";
import type { WriterPool } from "./writer-pool.ts";

/** Replies on their way to one client, gathered until the end of the turn of the loop. */
export class ReplyOutput {
  readonly #socket: Socket;
  readonly #writers: WriterPool;
  readonly #onFirst: () => void;
  #writer: JuteWriter | null = null;

  /** @param onFirst - called when there is something to flush where there was nothing */
  constructor(socket: Socket, writers: WriterPool, onFirst: () => void) {
    this.#socket = socket;
    this.#writers = writers;
    this.#onFirst = onFirst;
  }

  /** Bytes that the client has not taken yet, as far as this process knows. */
  get bytes(): number {
    return this.#socket.writableLength + (this.#writer?.length ?? 0);
  }

  /** Where the next reply is to be written. */
  get writer(): JuteWriter {
    if (this.#writer === null) {
      this.#writer = this.#writers.take();
      this.#onFirst();
    }
    return this.#writer;
  }

  /** Gives everything to the socket, in one write. */
  flush(): void {
    const writer = this.#writer;
    if (writer === null || !this.#socket.writable) return;
    this.#writer = null;
    this.#socket.write(writer.finish());
    // A write that the kernel took whole is over when `write` returns.
    if (this.#socket.writableLength === 0) this.#writers.give(writer);
  }
}
