import { FrameSplitter } from "../../../zookeeper/codec/index.ts";
import type { ClientProcess } from "../../clients/client-process.ts";
import type { EventType } from "../../sessions/facts.ts";
import type { ClientLink, LinkListener } from "../network/client-link.ts";
import { decodeAnswer, decodeWelcome, type RawReply, type Welcome } from "./wire.ts";

/** A request that waits for its reply. */
export interface Asked {
  readonly xid: number;
  readonly frame: Uint8Array;
  /** Null: nobody will ever know. */
  readonly answered: (reply: RawReply | null) => void;
}

/** What a connection tells its client. */
export interface ConnectionListener {
  /** Null: the session has expired. */
  welcomed(welcome: Welcome | null): void;
  told(event: EventType, path: string, zxid: number): void;
  /** Nothing was said for a while: the server shall know that the client lives. */
  quiet(): void;
  /** The server said what it must not. */
  misled(what: string): void;
  closed(): void;
}

/** What a connection is made with. */
export interface ConnectionOptions {
  readonly process: ClientProcess;
  readonly dial: (listener: LinkListener) => ClientLink;
  readonly greeting: Uint8Array;
  /** How long the server may take to let the client in. */
  readonly patienceMillis: number;
}

/** A server may say anything that is as long. */
const FRAME_BYTES_MAX = 4 * 1024 * 1024;

/** One connection of a client: its requests and their replies, which come in the same order. */
export class Connection {
  readonly #process: ClientProcess;
  readonly #link: ClientLink;
  readonly #listener: ConnectionListener;
  readonly #frames = new FrameSplitter(FRAME_BYTES_MAX);
  readonly #waiting: Asked[] = [];
  #state: "new" | "open" | "closed" = "new";
  #heardAt: number;
  #spokeAt: number;

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    const { process, dial, greeting, patienceMillis } = options;
    this.#process = process;
    this.#listener = listener;
    this.#heardAt = process.clock.now();
    this.#spokeAt = this.#heardAt;
    this.#link = dial({
      onOpen: () => this.#link.send(greeting),
      onData: (bytes) => this.#take(bytes),
      onClose: () => {
        this.#link.over();
        this.close();
      },
    });
    process.clock.after(patienceMillis, () => {
      if (this.#state === "new") this.close();
    });
  }

  ask(asked: Asked): void {
    this.#spokeAt = this.#process.clock.now();
    this.#waiting.push(asked);
    this.#link.send(asked.frame);
  }

  close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#link.close();
    for (const { answered } of this.#waiting.splice(0)) answered(null);
    this.#listener.closed();
  }

  #take(bytes: Uint8Array): void {
    this.#heardAt = this.#process.clock.now();
    this.#frames.push(bytes);
    for (let frame = this.#frames.next(); frame !== null; frame = this.#frames.next()) {
      if (this.#state === "closed") return;
      if (this.#state === "open") this.#hear(frame);
      else this.#welcome(decodeWelcome(frame));
    }
  }

  #welcome(welcome: Welcome | null): void {
    this.#state = "open";
    this.#listener.welcomed(welcome);
    if (welcome === null) return this.close();
    this.#keepAlive(welcome.timeoutMillis);
  }

  /** As ZooKeeper's clients do: speaks in each third of the timeout, and waits two for an answer. */
  #keepAlive(timeoutMillis: number): void {
    this.#process.clock.after(timeoutMillis / 6, () => {
      if (this.#state === "closed") return;
      const now = this.#process.clock.now();
      if (now - this.#heardAt > (timeoutMillis * 2) / 3) return this.close();
      if (now - this.#spokeAt >= timeoutMillis / 3) this.#listener.quiet();
      this.#keepAlive(timeoutMillis);
    });
  }

  #hear(frame: Uint8Array): void {
    const answer = decodeAnswer(frame);
    if (answer.kind === "event") {
      const { event, path, zxid } = answer;
      return this.#listener.told(event, path, zxid);
    }
    const { xid } = answer;
    const asked = this.#waiting.shift();
    if (asked?.xid !== xid) {
      return this.#listener.misled(`a reply to ${xid}, where one to ${asked?.xid} was next`);
    }
    asked.answered(answer);
  }
}
