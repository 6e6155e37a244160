import type { ServerLimits } from "./limits.ts";

/**
 * The requests under way over all connections of a server. Those of connections that were closed
 * count until the log has answered them: until then they take memory.
 */
export class Backlog {
  readonly #limits: ServerLimits;
  readonly #onRoom: () => void;
  #count = 0;
  #bytes = 0;

  /** @param onRoom - called when there is room again where there was none */
  constructor(limits: ServerLimits, onRoom: () => void) {
    this.#limits = limits;
    this.#onRoom = onRoom;
  }

  get count(): number {
    return this.#count;
  }

  get hasRoom(): boolean {
    const { outstandingMax, outstandingBytesMax } = this.#limits;
    return this.#count < outstandingMax && this.#bytes < outstandingBytesMax;
  }

  add(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
  }

  remove(bytes: number): void {
    const hadRoom = this.hasRoom;
    this.#count--;
    this.#bytes -= bytes;
    if (!hadRoom && this.hasRoom) this.#onRoom();
  }
}
