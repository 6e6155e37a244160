import {
  STATUS,
  type Call,
  type GrpcStatus,
  type StreamCall,
  type UnaryCall,
} from "../../../grpc/index.ts";
import type { MemberProcess } from "../member-process.ts";

/** A call that can be cut off from the member that serves it. */
export interface OpenCall {
  breakOff(): void;
}

/**
 * A call as the member's process sees it: what the client does reaches it while it runs, and not
 * within what the client does.
 */
abstract class GatedCall<Outer extends Call> implements Call, OpenCall {
  protected readonly outer: Outer;
  readonly #process: MemberProcess;
  readonly #open: Set<OpenCall>;
  #onCancel: () => void = () => {};

  /** @param open - the calls that have no answer yet; this one is in there until it has */
  constructor(outer: Outer, process: MemberProcess, open: Set<OpenCall>) {
    this.outer = outer;
    this.#process = process;
    this.#open = open;
    open.add(this);
    outer.onCancel(() => {
      this.over();
      this.enter(() => this.#onCancel());
    });
  }

  get path(): string {
    return this.outer.path;
  }

  get deadlineMs(): number | null {
    return this.outer.deadlineMs;
  }

  get cancelled(): boolean {
    return this.outer.cancelled;
  }

  metadata(name: string): string | undefined {
    return this.outer.metadata(name);
  }

  onCancel(callback: () => void): void {
    this.#onCancel = callback;
  }

  fail(code: GrpcStatus, message: string): void {
    this.over();
    this.outer.fail(code, message);
  }

  breakOff(): void {
    this.fail(STATUS.unavailable, "the connection broke: the member went down");
  }

  /** Runs the callback in the process. */
  enter(callback: () => void): void {
    this.#process.schedule(0, callback);
  }

  protected over(): void {
    this.#open.delete(this);
  }
}

/** A call with one answer. */
export class GatedUnaryCall extends GatedCall<UnaryCall> implements UnaryCall {
  respond(message: Uint8Array): void {
    this.over();
    this.outer.respond(message);
  }

  respondWith(size: number, write: (into: Uint8Array, offset: number) => void): void {
    this.over();
    this.outer.respondWith(size, write);
  }
}

/** A call with any number of messages in either direction. */
export class GatedStreamCall extends GatedCall<StreamCall> implements StreamCall {
  #onMessage: (message: Uint8Array) => void = () => {};
  #onHalfClose: () => void = () => {};
  #onDrain: () => void = () => {};

  constructor(outer: StreamCall, process: MemberProcess, open: Set<OpenCall>) {
    super(outer, process, open);
    outer.onMessage((message) => this.enter(() => this.#onMessage(message)));
    outer.onHalfClose(() => this.enter(() => this.#onHalfClose()));
    outer.onDrain(() => this.enter(() => this.#onDrain()));
  }

  onMessage(callback: (message: Uint8Array) => void): void {
    this.#onMessage = callback;
  }

  onHalfClose(callback: () => void): void {
    this.#onHalfClose = callback;
  }

  onDrain(callback: () => void): void {
    this.#onDrain = callback;
  }

  send(message: Uint8Array): boolean {
    return this.outer.send(message);
  }

  sendWith(size: number, write: (into: Uint8Array, offset: number) => void): boolean {
    return this.outer.sendWith(size, write);
  }

  end(): void {
    this.over();
    this.outer.end();
  }
}
