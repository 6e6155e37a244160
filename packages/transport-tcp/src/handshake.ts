import type { Socket } from "node:net";
import { Connection, type ConnectionListener } from "./connection.ts";
import type { Hello, LinkControl } from "./control.ts";
import type { TcpLimits } from "./options.ts";
import type { Bond, Seat } from "./seat.ts";

/** How a handshake ended. */
export type HandshakeEnd =
  | { readonly kind: "linked" }
  /** The two processes are linked by another connection. */
  | { readonly kind: "duplicate" }
  /** One of the two processes will not have the other. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "failed"; readonly why: string }
  /** It was closed before the other end had said anything. */
  | { readonly kind: "vanished"; readonly why: string };

/** Who opened the connection is told how it goes; `over` comes once, and nothing after it. */
export interface HandshakeListener {
  introduced(hello: Hello): void;
  over(end: HandshakeEnd): void;
}

/** A connection whose two ends know each other. */
export interface Introduction {
  readonly connection: Connection;
  /** What the other end said. */
  readonly theirs: Hello;
  /** The groups that we named, in order. */
  readonly ours: readonly Seat[];
}

/** What a handshake needs of its transport. */
export interface HandshakeHost {
  readonly limits: TcpLimits;
  /** Of this very process. */
  readonly name: string;
  readonly incarnation: number;
  /** The groups of this process, as they are now. */
  offered(): readonly Seat[];
  /** Why the two processes cannot be linked in any group, or null. */
  refusal(hello: Hello): string | null;
  linkWith(name: string): Bond | null;
  linked(introduction: Introduction): void;
}

/**
 * Two processes introduce themselves and settle whether this connection is to be their link.
 *
 * Both sides may dial, so that a link comes about where only one of them can; then there may be two
 * connections for a moment. The process with the smaller name chooses, whoever dialled: it takes the
 * first connection over which both are introduced, and tells the other. A link that lives is never
 * given up for a new one; whether it lives is found out when the other side dials again.
 */
export class Handshake implements ConnectionListener {
  readonly connection: Connection;
  readonly #host: HandshakeHost;
  readonly #listener: HandshakeListener;
  readonly #timer: NodeJS.Timeout;
  /** What we said; null until then. */
  #ours: readonly Seat[] | null = null;
  #theirs: Hello | null = null;
  #over = false;

  /** @param side - the dialler introduces itself first */
  constructor(
    socket: Socket,
    side: "dialler" | "acceptor",
    host: HandshakeHost,
    listener: HandshakeListener,
  ) {
    this.#host = host;
    this.#listener = listener;
    this.connection = new Connection(socket, host.limits, this);
    this.#timer = setTimeout(() => this.#late(), host.limits.handshakeMillis);
    if (side === "dialler") this.#introduce();
  }

  /** Whether the other end has said who it is. */
  get isIntroduced(): boolean {
    return this.#theirs !== null;
  }

  control(control: LinkControl): void {
    switch (control.kind) {
      case "hello":
        return this.#theirs === null ? this.#consider(control.hello) : this.#outOfTurn(control);
      case "use":
        return this.#theirs === null ? this.#outOfTurn(control) : this.#link(this.#theirs);
      case "duplicate":
        this.#finish({ kind: "duplicate" });
        return this.connection.close("it is linked by another connection");
      case "refusal":
        this.#finish({ kind: "refused", why: `refused: ${control.reason}` });
        return this.connection.close("it was refused");
      case "joined":
      case "left":
      case "admission":
      case "denial":
        return this.#outOfTurn(control);
    }
  }

  frame(channel: number): void {
    this.#refuse(`a frame on channel ${channel} in the middle of the handshake`);
  }

  closed(why: string): void {
    this.#finish({ kind: this.connection.isSilent ? "vanished" : "failed", why });
  }

  /** Nobody needs it any more, and nobody is told. */
  abandon(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.connection.close("it is not needed any more");
  }

  #introduce(): void {
    this.#ours = this.#host.offered();
    const { name, incarnation } = this.#host;
    const groups = this.#ours.map((seat) => seat.identity);
    const hello = { process: name, incarnation, groups };
    this.connection.sendControl({ kind: "hello", hello });
  }

  #consider(theirs: Hello): void {
    this.#theirs = theirs;
    this.#listener.introduced(theirs);
    const refusal = this.#host.refusal(theirs);
    if (refusal !== null) return this.#refuse(refusal);
    if (this.#ours === null) this.#introduce();
    if (!this.#chooses(theirs)) return;
    const link = this.#host.linkWith(theirs.process);
    if (link === null) {
      this.connection.sendControl({ kind: "use" });
      return this.#link(theirs);
    }
    // The other side would not dial if it knew of the link: it has not heard of it yet, or lost it,
    // or looks for a group that it did not name there.
    link.challenge();
    this.connection.end({ kind: "duplicate" });
    this.#finish({ kind: "duplicate" });
  }

  #chooses(theirs: Hello): boolean {
    return this.#host.name < theirs.process;
  }

  #link(theirs: Hello): void {
    const { connection } = this;
    const ours = this.#ours ?? [];
    this.#finish({ kind: "linked" });
    this.#host.linked({ connection, theirs, ours });
  }

  #outOfTurn(control: LinkControl): void {
    this.#refuse(`"${control.kind}" in the middle of the handshake`);
  }

  #refuse(why: string): void {
    this.connection.end({ kind: "refusal", reason: why });
    this.#finish({ kind: "refused", why });
  }

  #late(): void {
    const said =
      this.#theirs === null ? (this.connection.guess ?? "it said nothing") : "it fell silent";
    this.#finish({ kind: "failed", why: `${said}: no handshake in time` });
    this.connection.close("no handshake in time");
  }

  #finish(end: HandshakeEnd): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#listener.over(end);
  }
}
