import type { ClientStream, ClientStreamListener } from "../../../src/zookeeper/server/index.ts";

/** A client's connection in memory, whose client reads when it likes. */
export class MemoryStream implements ClientStream {
  readonly remoteAddress = "10.0.0.7";
  readonly remotePort = 40_000;
  readonly isSecure = false;
  /** Everything that the client has read. */
  readonly read: Buffer[] = [];
  /** Whether the client takes what it is sent as soon as it comes. */
  isReading = true;
  readonly #defer: (callback: () => void) => void;
  #listener: ClientStreamListener | null = null;
  #unsent: Uint8Array[] = [];
  #unread: Uint8Array[] = [];
  #isPaused = false;
  #state: "open" | "ended" | "closed" = "open";

  constructor(defer: (callback: () => void) => void) {
    this.#defer = defer;
  }

  get pendingBytes(): number {
    return this.#unread.reduce((sum, { length }) => sum + length, 0);
  }

  get isWritable(): boolean {
    return this.#state === "open";
  }

  /** The server has said its last. */
  get isOver(): boolean {
    return this.#state !== "open";
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  listen(listener: ClientStreamListener): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== "open") throw new Error("broken: nothing is written behind the end");
    // As long as it is pending it is the server's: a copy would not see it changed.
    if (this.isReading) this.read.push(Buffer.from(bytes));
    else this.#unread.push(bytes);
  }

  end(): void {
    if (this.#state === "open") this.#state = "ended";
  }

  destroy(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#unread = [];
    this.#unsent = [];
    this.#defer(() => this.#listener?.onClose());
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#defer(() => this.#deliver());
  }

  /** The client sends. */
  say(bytes: Uint8Array): void {
    this.#unsent.push(Uint8Array.from(bytes));
    this.#deliver();
  }

  /** The client reads what waits for it. */
  drain(): void {
    if (this.#unread.length === 0) return;
    for (const bytes of this.#unread.splice(0)) this.read.push(Buffer.from(bytes));
    this.#listener?.onDrain();
  }

  /** The client sends no more. */
  hangUp(): void {
    if (this.#state !== "closed") this.#listener?.onEnd();
  }

  #deliver(): void {
    while (!this.#isPaused && this.#state !== "closed") {
      const bytes = this.#unsent.shift();
      if (bytes === undefined) return;
      this.#listener?.onData(bytes);
    }
  }
}
