import type { ClientStream, ClientStreamListener } from "../../../zookeeper/server/index.ts";
import type { MemberProcess } from "../member-process.ts";

/**
 * A client's connection as the member's process sees it: what the client does reaches it while it runs.
 * Nothing is taken from the client as long as the process has not seen what came before, so that who
 * sends to one that stands still finds out as it would on a network.
 */
export class GatedStream implements ClientStream {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly isSecure: boolean;
  readonly #outer: ClientStream;
  readonly #process: MemberProcess;
  #listener: ClientStreamListener | null = null;
  /** What the process has not seen yet. */
  #arrived: Uint8Array | null = null;
  /** The process wants nothing more for now. */
  #isPaused = false;

  constructor(outer: ClientStream, process: MemberProcess, onClose: () => void) {
    this.remoteAddress = outer.remoteAddress;
    this.remotePort = outer.remotePort;
    this.isSecure = outer.isSecure;
    this.#outer = outer;
    this.#process = process;
    outer.listen({
      onData: (bytes) => {
        outer.pause();
        this.#arrived = bytes;
        this.#enter(() => this.#take());
      },
      onDrain: () => this.#enter(() => this.#listener?.onDrain()),
      onEnd: () => this.#enter(() => this.#listener?.onEnd()),
      onClose: () => {
        onClose();
        this.#enter(() => {
          this.#arrived = null;
          this.#listener?.onClose();
        });
      },
    });
  }

  get pendingBytes(): number {
    return this.#outer.pendingBytes;
  }

  get isWritable(): boolean {
    return this.#outer.isWritable;
  }

  write(bytes: Uint8Array): void {
    this.#outer.write(bytes);
  }

  end(): void {
    this.#outer.end();
  }

  destroy(): void {
    this.#outer.destroy();
  }

  pause(): void {
    this.#isPaused = true;
    this.#outer.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#arrived === null) this.#outer.resume();
    else this.#enter(() => this.#take());
  }

  listen(listener: ClientStreamListener): void {
    this.#listener = listener;
  }

  #take(): void {
    const bytes = this.#arrived;
    if (bytes === null || this.#isPaused) return;
    this.#arrived = null;
    this.#listener?.onData(bytes);
    if (!this.#isPaused) this.#outer.resume();
  }

  #enter(callback: () => void): void {
    this.#process.schedule(0, callback);
  }
}
