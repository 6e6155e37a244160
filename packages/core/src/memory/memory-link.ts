import { toQuorateError } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { GroupIdentity, TransportReceiver } from "../ports/transport.ts";

/** A member's place in a {@link MemoryNetwork}, from `join` to `leave`. */
export interface Endpoint {
  readonly identity: GroupIdentity;
  readonly receiver: TransportReceiver;
  readonly incarnation: number;
  peers: ReadonlySet<NodeId>;
  joined: boolean;
  readonly links: Map<NodeId, LinkEnd>;
  /** Links that are being opened, by the peer. */
  readonly opening: Map<NodeId, LinkEnd>;
}

/** What a link needs of its network. */
export interface LinkHost {
  /** Runs the callback after the time that a frame takes to the member, when that member runs. */
  deliver(from: NodeId, to: NodeId, callback: () => void): void;
  isBlocked(from: NodeId, to: NodeId): boolean;
  /** An end learned that the link is gone. */
  lost(end: LinkEnd): void;
  /** The owner of an end wants no more of the link. */
  refused(end: LinkEnd): void;
}

/**
 * One end of a link: what arrives here from the other end, in order.
 *
 * Invariant: `linkUp` comes before the first frame and `linkDown` after the last; frames that were on
 * the way when the link broke are gone.
 */
export class LinkEnd {
  readonly owner: Endpoint;
  readonly peer: Endpoint;
  /** The other end of the same link. */
  facing: LinkEnd | null = null;
  readonly #host: LinkHost;
  #state: "opening" | "up" | "down" = "opening";
  #broken = false;
  /** On the way to this end, oldest first. */
  readonly #frames: Uint8Array[] = [];
  /** Frames whose time has come while the way was blocked or the end not up yet. */
  #overdue = 0;

  constructor(owner: Endpoint, peer: Endpoint, host: LinkHost) {
    this.owner = owner;
    this.peer = peer;
    this.#host = host;
  }

  get isUp(): boolean {
    return this.#state === "up";
  }

  get framesOnTheWay(): number {
    return this.#frames.length;
  }

  /** Tells the owner that the link is there; an older one that it still holds ends with that. */
  open(): void {
    const { owner, peer } = this;
    if (this.#broken) return this.close();
    owner.links.get(peer.identity.self)?.close();
    this.#state = "up";
    owner.links.set(peer.identity.self, this);
    owner.receiver.linkUp(peer.identity.self, peer.incarnation);
    this.release();
  }

  /** Nothing that is on the way arrives any more; the owner has not noticed yet. */
  breakOff(): void {
    this.#broken = true;
    this.#frames.length = 0;
    this.#overdue = 0;
  }

  /** The owner notices that the link is gone. */
  close(): void {
    const wasUp = this.#state === "up";
    if (this.#state === "down") return;
    this.breakOff();
    this.#state = "down";
    const { owner, peer } = this;
    if (owner.links.get(peer.identity.self) === this) owner.links.delete(peer.identity.self);
    if (wasUp && owner.joined) owner.receiver.linkDown(peer.identity.self);
    this.#host.lost(this);
  }

  /** Sends a frame towards this end. */
  push(frame: Uint8Array): void {
    if (this.#broken) return;
    this.#frames.push(frame);
    this.#travel();
  }

  /** Sends a frame that may overtake others, or that they may overtake. */
  pushUnordered(frame: Uint8Array): void {
    const { peer, owner } = this;
    this.#host.deliver(peer.identity.self, owner.identity.self, () => {
      const blocked = this.#host.isBlocked(peer.identity.self, owner.identity.self);
      if (!this.#broken && !blocked && this.#state === "up" && owner.joined) {
        this.#hand(frame);
      }
    });
  }

  /** The way is free again: what waited on it goes on. */
  release(): void {
    const overdue = this.#overdue;
    this.#overdue = 0;
    for (let i = 0; i < overdue; i++) this.#travel();
  }

  /** Each frame has a time of its own; whichever comes first belongs to the oldest frame. */
  #travel(): void {
    const { peer, owner } = this;
    this.#host.deliver(peer.identity.self, owner.identity.self, () => {
      if (this.#broken || this.#state === "down" || !owner.joined) return;
      if (
        this.#state === "opening" ||
        this.#host.isBlocked(peer.identity.self, owner.identity.self)
      ) {
        this.#overdue++;
        return;
      }
      const frame = this.#frames.shift();
      if (frame !== undefined) this.#hand(frame);
    });
  }

  #hand(frame: Uint8Array): void {
    try {
      this.owner.receiver.receive(this.peer.identity.self, frame);
    } catch (thrown) {
      if (toQuorateError(thrown).code !== "ERR_MALFORMED") throw thrown;
      this.#host.refused(this);
    }
  }
}
