import type { ClientStream, ClientStreamListener } from "../../../zookeeper/server/index.ts";
import { Pipe, type PipeSite } from "./pipe.ts";

/** What a client hears on its connection. */
export interface LinkListener {
  onOpen(): void;
  onData(bytes: Uint8Array): void;
  /** The connection is over, or could not be made. */
  onClose(): void;
}

/** What a link joins. */
export interface LinkSite extends PipeSite {
  readonly address: { readonly host: string; readonly port: number };
  /** Hands the server's end to the member, which destroys it at once where nobody listens. */
  readonly admit: (stream: ClientStream) => void;
  /** Runs the callback in the client's process. */
  readonly enterClient: (run: () => void) => void;
  /** Bytes of the client reached the member's process, or it began again to read any. */
  readonly onHeard: () => void;
  readonly chance: (probability: number) => boolean;
  readonly below: (bound: number) => number;
  readonly onGone: () => void;
}

/** A kernel takes so many bytes that nobody reads. */
const KERNEL_BYTES = 16 * 1024;

/** One connection of a client to a member, as TCP would have it: bytes in order, in pieces of any size. */
export class ClientLink {
  readonly #site: LinkSite;
  readonly #toServer: Pipe;
  readonly #server: ServerEnd;
  #isClosed = false;

  constructor(site: LinkSite, listener: LinkListener) {
    this.#site = site;
    this.#server = new ServerEnd(site, (run) => {
      site.enterClient(() => {
        if (!this.#isClosed) run(listener);
      });
    });
    this.#toServer = new Pipe(site, (item) => {
      if (item === "open") this.#server.open();
      else this.#server.take(item);
    });
    this.#toServer.push("open");
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    const cut = this.#site.chance(0.1) ? this.#site.below(bytes.length) : 0;
    if (cut > 0) this.#toServer.push(bytes.subarray(0, cut));
    this.#toServer.push(bytes.subarray(cut));
  }

  /** The client hears nothing more; the member does when the news gets through. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#site.chance(0.3)) {
      this.#toServer.lose();
      this.#toServer.push("reset");
    } else this.#toServer.push("end");
    this.#server.forgetClient();
    this.#site.onGone();
  }

  /** Something on the way ends the connection: both sides are told. */
  break(): void {
    if (this.#isClosed) return;
    this.#toServer.lose();
    this.#toServer.push("reset");
    this.#server.reset();
  }

  /** The way is free again. */
  flow(): void {
    this.#toServer.flow();
    this.#server.flow();
  }

  /** The client has been told that it is over. */
  over(): void {
    this.#isClosed = true;
    this.#site.onGone();
  }
}

/** The member's end of a link. */
class ServerEnd implements ClientStream {
  readonly isSecure = false;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #site: LinkSite;
  readonly #toClient: Pipe;
  #listener: ClientStreamListener | null = null;
  #state: "open" | "ended" | "destroyed" = "open";
  /** Written, and not taken by the client. */
  #bytes = 0;
  #wasFull = false;
  #isPaused = false;
  #held: (Uint8Array | "end" | "reset")[] = [];

  constructor(site: LinkSite, inClient: (run: (listener: LinkListener) => void) => void) {
    this.remoteAddress = site.address.host;
    this.remotePort = site.address.port;
    this.#site = site;
    this.#toClient = new Pipe(site, (item) => {
      inClient((listener) => {
        if (item === "open") listener.onOpen();
        else if (typeof item === "string") listener.onClose();
        else {
          this.#taken(item.length);
          listener.onData(item);
        }
      });
    });
  }

  get pendingBytes(): number {
    return Math.max(0, this.#bytes - KERNEL_BYTES);
  }

  get isWritable(): boolean {
    return this.#state === "open";
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#bytes += bytes.length;
    this.#wasFull ||= this.pendingBytes > 0;
    this.#toClient.push(bytes.slice());
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#toClient.push("end");
  }

  destroy(): void {
    if (this.#state === "destroyed") return;
    if (this.#isPaused) this.#site.onHeard();
    const wasOpen = this.#state === "open";
    this.#state = "destroyed";
    this.#held = [];
    // What the other end has not taken is lost at times.
    if (this.#site.chance(0.3)) this.#toClient.lose();
    if (wasOpen) this.#toClient.push("reset");
    this.#site.after(0, () => this.#listener?.onClose());
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    // Of a client that it does not read the member believes that it speaks.
    if (this.#isPaused) this.#site.onHeard();
    this.#isPaused = false;
    this.#site.after(0, () => this.#pass());
  }

  listen(listener: ClientStreamListener): void {
    this.#listener = listener;
  }

  /** The client wants in. */
  open(): void {
    this.#toClient.push("open");
    this.#site.admit(this);
  }

  take(item: Uint8Array | "end" | "reset"): void {
    if (this.#state === "destroyed") return;
    this.#held.push(item);
    this.#pass();
  }

  reset(): void {
    this.#toClient.lose();
    this.#toClient.push("reset");
  }

  /** Nobody takes what is written any more. */
  forgetClient(): void {
    this.#toClient.lose();
  }

  flow(): void {
    this.#toClient.flow();
  }

  #pass(): void {
    while (!this.#isPaused || this.#held[0] === "reset") {
      const item = this.#held.shift();
      if (item === undefined) return;
      if (item === "end") this.#listener?.onEnd();
      else if (item === "reset") this.destroy();
      else {
        this.#site.onHeard();
        this.#listener?.onData(item);
      }
    }
  }

  #taken(bytes: number): void {
    this.#bytes -= bytes;
    if (!this.#wasFull || this.pendingBytes > 0) return;
    this.#wasFull = false;
    this.#site.after(0, () => this.#listener?.onDrain());
  }
}
