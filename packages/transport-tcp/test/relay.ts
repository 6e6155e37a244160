import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { Waiters } from "./waiters.ts";

interface Leg {
  readonly near: Socket;
  readonly far: Socket;
}

/** Stands between a dialler and a listener: counts, cuts and swallows connections. */
export class Relay {
  readonly url: string;
  /** Connections that were ever made. */
  made = 0;
  readonly #open = new Set<Leg>();
  readonly #waiters: Waiters;

  private constructor(url: string, waiters: Waiters) {
    this.url = url;
    this.#waiters = waiters;
  }

  static async to(port: number): Promise<Relay> {
    const waiters = new Waiters();
    const server = createServer((near) => relay.#accept(near, port));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const relay: Relay = new Relay(url, waiters);
    onTestFinished(() => {
      server.close();
      for (const { near, far } of relay.#open) for (const socket of [near, far]) socket.destroy();
    });
    return relay;
  }

  /** Connections that are open on either side. */
  get open(): number {
    return this.#open.size;
  }

  until(met: () => boolean): Promise<void> {
    return this.#waiters.until(met);
  }

  /** Ends all connections, on both sides. */
  cut(): void {
    for (const { near } of this.#open) near.destroy();
  }

  /** Ends the connections towards the dialler; the listener hears nothing more, not even that. */
  loseDiallers(): void {
    for (const { near, far } of this.#open) {
      far.removeAllListeners("data");
      far.resume();
      near.removeAllListeners("close");
      near.destroy();
    }
  }

  #accept(near: Socket, port: number): void {
    const far = connect(port, "127.0.0.1");
    const leg = { near, far };
    this.made++;
    this.#open.add(leg);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("data", (chunk) => void to.write(chunk));
      from.on("error", () => {});
      from.on("close", () => {
        to.destroy();
        this.#open.delete(leg);
        this.#waiters.wake();
      });
    }
    this.#waiters.wake();
  }
}
