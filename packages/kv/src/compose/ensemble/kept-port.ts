/** The address that members of an ensemble listen on. */
export const HOST = "127.0.0.1";

/** A port that is listened on. */
export interface OpenPort {
  readonly port: number;
  /** Breaks all connections; resolves when another may listen there. */
  close(): Promise<void>;
}

/** A member's port: any free one at first, and the same in all its later lives. */
export class KeptPort {
  #number: number | null = null;
  #opened: Promise<OpenPort> | null = null;

  /** Null before anybody has listened on it. */
  get number(): number | null {
    return this.#number;
  }

  /**
   * Changes nothing when it is listened on already.
   *
   * @param open - listens on the given port, 0 for any free one
   */
  async listen(open: (port: number) => Promise<OpenPort>): Promise<void> {
    this.#opened ??= open(this.#number ?? 0);
    this.#number = (await this.#opened).port;
  }

  /** Resolves when another may listen there, even if nobody ever did. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    const port = await opened?.catch(() => null);
    await port?.close();
  }
}
