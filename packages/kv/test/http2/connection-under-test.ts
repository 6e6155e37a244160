import { expect } from "vitest";
import { Http2Connection, type RequestHandler } from "../../src/http2/connection.ts";
import { HTTP2_LIMITS, type Http2Limits } from "../../src/http2/limits.ts";
import { SlabPool } from "../../src/http2/outbound.ts";
import { FrameParser, FrameTeller, HELLO, type Frame } from "./wire.ts";

/** A connection without a socket, in virtual time, whose output is read frame by frame. */
export class ConnectionUnderTest<Route> {
  now = 1_000_000;
  /** What the socket is said to hold after each write. */
  unsent = 0;
  /** Bytes that left. */
  sent = 0;
  readonly connection: Http2Connection<Route>;
  readonly #parser = new FrameParser();
  readonly #teller = new FrameTeller();
  /** The connection wants the turn to end with a flush. */
  wantsFlush = false;

  constructor(handler: RequestHandler<Route>, limits: Partial<Http2Limits> = {}) {
    this.connection = new Http2Connection({
      limits: { ...HTTP2_LIMITS, ...limits },
      handler,
      pool: new SlabPool(),
      now: () => this.now,
      wantFlush: () => {
        this.wantsFlush = true;
      },
    });
    this.connection.open();
  }

  /** One that has exchanged settings, and whose first words have been read. */
  static ready<Route>(
    handler: RequestHandler<Route>,
    limits: Partial<Http2Limits> = {},
  ): ConnectionUnderTest<Route> {
    const made = new ConnectionUnderTest(handler, limits);
    const lines = made.receive(HELLO);
    expect(lines.filter((line) => line.startsWith("SETTINGS"))).toEqual([
      "SETTINGS",
      "SETTINGS ACK",
    ]);
    return made;
  }

  /** The peer sends; answers what leaves by the end of the turn. */
  receive(...parts: readonly Uint8Array[]): string[] {
    // A copy of its own, as from a socket: requests may be views of it.
    const chunk = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
      chunk.set(part, at);
      at += part.length;
    }
    this.connection.receive(chunk);
    return this.turn();
  }

  /** Ends turns of the loop until nobody wants another; answers what left. */
  turn(): string[] {
    return this.turnFrames().map((frame) => this.#teller.tell(frame));
  }

  /** As `turn`, for who wants to look at the frames; the two do not mix. */
  turnFrames(): Frame[] {
    const frames: Frame[] = [];
    const sink = {
      write: (pieces: readonly Uint8Array[]): boolean => {
        for (const piece of pieces) {
          this.sent += piece.length;
          frames.push(...this.#parser.push(piece));
        }
        return this.unsent === 0;
      },
    };
    while (this.wantsFlush) {
      this.wantsFlush = false;
      this.connection.flush(sink);
      this.connection.flushed(this.unsent);
    }
    if (this.#parser.unfinished > 0) throw new Error("a turn ends within a frame");
    return frames;
  }

  /** Time passes, second by second. */
  pass(millis: number): string[] {
    const lines: string[] = [];
    for (let left = millis; left > 0; left -= 1000) {
      this.now += Math.min(left, 1000);
      this.connection.tick();
      lines.push(...this.turn());
    }
    return lines;
  }
}
